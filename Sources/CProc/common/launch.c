#include "CProc.h"
#include "CProcLaunch.h"

#include <string.h>

#include "seam.h"

/* What a block may ask for. */
#define FLAGS                                                                                                       \
	(CPROC_SET_GROUPS | CPROC_SET_GROUP | CPROC_SET_USER | CPROC_SET_OPEN_FILES | CPROC_SET_NICE | CPROC_SET_FIB | \
	    CPROC_PROTECT | CPROC_NO_NEW_PRIVILEGES | CPROC_PROGRAM_DESCRIPTOR)

/* The block may lie at any address: whatever is a number is copied out of it. */
struct block {
	const char *bytes;
	size_t size;
	struct cproc_launch header;
};

/* Offsets and counts have 32 bits: their products do not overflow 64. */
static bool
holds_list(const struct block *block, struct cproc_launch_list list, size_t element, size_t alignment)
{
	if (list.count == 0)
		return true;
	return list.offset >= sizeof block->header && list.offset % alignment == 0 &&
	    (uint64_t)list.offset + (uint64_t)list.count * element <= block->size;
}

/* The last byte of the block ends every string. */
static bool
holds_string(const struct block *block, uint32_t offset)
{
	return offset >= sizeof block->header && offset < block->size;
}

static bool
holds_optional(const struct block *block, uint32_t offset)
{
	return offset == 0 || holds_string(block, offset);
}

static int
open_block(const void *bytes, size_t size, struct block *block)
{
	const struct cproc_launch *header = &block->header;

	errno = EINVAL;
	if (size <= sizeof *header || size > UINT32_MAX)
		return -1;
	block->bytes = bytes;
	block->size = size;
	memcpy(&block->header, bytes, sizeof block->header);
	if (header->version != CPROC_LAUNCH_VERSION || header->size != size || block->bytes[size - 1] != '\0')
		return -1;
	if ((header->flags & ~(uint32_t)FLAGS) != 0 || header->programs.count == 0 || header->arguments.count == 0 ||
	    header->promises.count > CPROC_PROMISES_MAX)
		return -1;
	if (!holds_list(block, header->programs, sizeof(uint32_t), sizeof(uint32_t)) ||
	    !holds_list(block, header->arguments, sizeof(uint32_t), sizeof(uint32_t)) ||
	    !holds_list(block, header->environment, sizeof(uint32_t), sizeof(uint32_t)) ||
	    !holds_list(block, header->promises, sizeof(struct cproc_launch_promise), sizeof(uint32_t)) ||
	    !holds_list(block, header->limits, sizeof(struct cproc_launch_limit), sizeof(uint64_t)) ||
	    !holds_list(block, header->groups, sizeof(uint32_t), sizeof(uint32_t)) ||
	    !holds_list(block, header->cpus, sizeof(uint16_t), sizeof(uint16_t)))
		return -1;
	if (!holds_optional(block, header->root) || !holds_optional(block, header->directory) ||
	    !holds_optional(block, header->terminal) || !holds_optional(block, header->login))
		return -1;
	return 0;
}

/* Room for one list after another, the ones with the strictest alignment first. */
static size_t
room(const struct cproc_launch *header)
{
	size_t pointers = (size_t)header->programs.count + header->arguments.count + header->environment.count + 3;

	return pointers * sizeof(const char *) + header->limits.count * sizeof(struct cproc_limit) +
	    header->promises.count * sizeof(struct cproc_promise) + header->groups.count * sizeof(gid_t) +
	    header->cpus.count * sizeof(uint16_t);
}

ssize_t
cproc_launch_scratch(const void *bytes, size_t size)
{
	struct block block;

	return open_block(bytes, size, &block) < 0 ? -1 : (ssize_t)room(&block.header);
}

static void *
take(char **scratch, size_t size)
{
	char *taken = *scratch;

	*scratch += size;
	return taken;
}

/* NULL: one of the strings is not inside the block. */
static const char *const *
unpack_words(const struct block *block, struct cproc_launch_list list, char **scratch)
{
	const char **words = take(scratch, (list.count + (size_t)1) * sizeof *words);

	for (size_t i = 0; i < list.count; i++) {
		uint32_t offset;

		memcpy(&offset, block->bytes + list.offset + i * sizeof offset, sizeof offset);
		if (!holds_string(block, offset))
			return NULL;
		words[i] = block->bytes + offset;
	}
	words[list.count] = NULL;
	return words;
}

static const struct cproc_limit *
unpack_limits(const struct block *block, struct cproc_launch_list list, char **scratch)
{
	struct cproc_limit *limits = take(scratch, list.count * sizeof *limits);

	for (size_t i = 0; i < list.count; i++) {
		struct cproc_launch_limit limit;

		memcpy(&limit, block->bytes + list.offset + i * sizeof limit, sizeof limit);
		limits[i] = (struct cproc_limit){ .resource = limit.resource, .soft = limit.soft, .hard = limit.hard };
	}
	return limits;
}

/* NULL: one of them is none of those that came. */
static const struct cproc_promise *
unpack_promises(const struct block *block, const struct cproc_launch_descriptors *descriptors, char **scratch)
{
	struct cproc_launch_list list = block->header.promises;
	struct cproc_promise *promises = take(scratch, list.count * sizeof *promises);

	for (size_t i = 0; i < list.count; i++) {
		struct cproc_launch_promise promise;

		memcpy(&promise, block->bytes + list.offset + i * sizeof promise, sizeof promise);
		promises[i].child = promise.child;
		if (promise.source == CPROC_LAUNCH_NULL)
			promises[i].parent = descriptors->null;
		else if (promise.source < descriptors->count)
			promises[i].parent = descriptors->numbers[promise.source];
		else
			return NULL;
	}
	return promises;
}

_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "groups are copied as they are");

/* Elements that are the same on the wire and in memory. */
static const void *
unpack_numbers(const struct block *block, struct cproc_launch_list list, size_t element, char **scratch)
{
	void *numbers = take(scratch, list.count * element);

	if (list.count > 0)
		memcpy(numbers, block->bytes + list.offset, list.count * element);
	return numbers;
}

static const char *
string_at(const struct block *block, uint32_t offset)
{
	return offset == 0 ? NULL : block->bytes + offset;
}

/* Whether the new process has the program that it is to become. */
static bool
promises_program(const struct cproc_spawn *spawn)
{
	if ((spawn->flags & CPROC_PROGRAM_DESCRIPTOR) == 0)
		return true;
	for (size_t i = 0; i < spawn->promise_count; i++) {
		if (spawn->promises[i].child == spawn->program)
			return true;
	}
	return false;
}

int
cproc_launch_unpack(const void *bytes, size_t size, const struct cproc_launch_descriptors *descriptors, void *scratch,
    size_t scratch_size, struct cproc_spawn *spawn)
{
	struct block block;
	const struct cproc_launch *header = &block.header;
	char *rest = scratch;

	if (open_block(bytes, size, &block) < 0)
		return -1;
	if (scratch_size < room(header)) {
		errno = ENOBUFS;
		return -1;
	}
	*spawn = (struct cproc_spawn){
		.jail = header->jail,
		.root = string_at(&block, header->root),
		.directory = string_at(&block, header->directory),
		.terminal = string_at(&block, header->terminal),
		.login = string_at(&block, header->login),
		.promise_count = header->promises.count,
		.group_count = header->groups.count,
		.open_files_soft = header->open_files_soft,
		.open_files_hard = header->open_files_hard,
		.limit_count = header->limits.count,
		.cpu_count = header->cpus.count,
		.nice = header->nice,
		.fib = header->fib,
		.user = header->user,
		.group = header->group,
		.mask = (mode_t)header->mask,
		.program = (int)(header->program & INT32_MAX),
		.flags = header->flags,
	};
	spawn->programs = unpack_words(&block, header->programs, &rest);
	spawn->arguments = unpack_words(&block, header->arguments, &rest);
	spawn->environment = unpack_words(&block, header->environment, &rest);
	spawn->limits = unpack_limits(&block, header->limits, &rest);
	spawn->promises = unpack_promises(&block, descriptors, &rest);
	spawn->groups = unpack_numbers(&block, header->groups, sizeof(gid_t), &rest);
	spawn->cpus = unpack_numbers(&block, header->cpus, sizeof(uint16_t), &rest);
	if (spawn->programs == NULL || spawn->arguments == NULL || spawn->environment == NULL || spawn->promises == NULL ||
	    !promises_program(spawn)) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}
