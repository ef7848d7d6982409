/*
 * What one image of the keeper leaves to the next, which execve(2) puts in its place: numbers and strings, one after the
 * other, in a file in memory.  One walk through the keeper writes it and reads it.  A keeper that finds another
 * version than its own reads it by that version's walk, or refuses it, which its trial shows before anything is lost.
 */
#include "keeper.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC UINT32_C(0x4b585246)
#define VERSION UINT32_C(1)

struct codec {
	bool writes;
	bool is_trial; /* nothing is touched that another process has */
	bool failed;
	unsigned char *bytes;
	size_t at;
	size_t size;
	size_t capacity;
};

static void
put(struct codec *codec, const void *value, size_t size)
{
	if (codec->size + size > codec->capacity) {
		size_t wanted = 2 * codec->capacity + size + 4096;
		unsigned char *larger = realloc(codec->bytes, wanted);

		if (larger == NULL) {
			codec->failed = true;
			return;
		}
		codec->bytes = larger;
		codec->capacity = wanted;
	}
	memcpy(codec->bytes + codec->size, value, size);
	codec->size += size;
}

static void
field(struct codec *codec, void *value, size_t size)
{
	if (codec->failed || size == 0)
		return;
	if (codec->writes) {
		put(codec, value, size);
		return;
	}
	if (codec->size - codec->at < size) {
		codec->failed = true;
		memset(value, 0, size);
		return;
	}
	memcpy(value, codec->bytes + codec->at, size);
	codec->at += size;
}

#define FIELD(codec, member) field(codec, &(member), sizeof(member))

/* Bytes and how many, allocated when read: NULL for none. */
static void
bytes_field(struct codec *codec, void **bytes, uint64_t *size)
{
	FIELD(codec, *size);
	if (!codec->writes) {
		*bytes = NULL;
		if (codec->failed || *size > codec->size - codec->at) {
			codec->failed = true;
			*size = 0;
		}
		if (*size == 0)
			return;
		*bytes = malloc(*size);
		if (*bytes == NULL) {
			codec->failed = true;
			return;
		}
	}
	field(codec, *bytes, *size);
}

/* The socket with what was received on it and not served yet. */
static void
channel_field(struct codec *codec, struct cproc_channel **channel)
{
	int socket = *channel != NULL ? cproc_channel_socket(*channel) : -1;
	struct cproc_channel_rest rest = { 0 };
	void *bytes, *descriptors;
	uint64_t size, count;

	if (codec->writes && *channel != NULL)
		rest = cproc_channel_rest(*channel);
	bytes = (void *)(uintptr_t)rest.bytes;
	descriptors = (void *)(uintptr_t)rest.descriptors;
	size = rest.size;
	count = rest.count * sizeof(int);
	FIELD(codec, socket);
	bytes_field(codec, &bytes, &size);
	bytes_field(codec, &descriptors, &count);
	if (codec->writes)
		return;
	if (!codec->failed && !codec->is_trial && socket >= 0) {
		rest = (struct cproc_channel_rest){
			.bytes = bytes, .size = size, .descriptors = descriptors, .count = count / sizeof(int),
		};
		*channel = cproc_channel_make(socket);
		if (*channel == NULL || cproc_channel_restore(*channel, rest) < 0)
			codec->failed = true;
	}
	free(bytes);
	free(descriptors);
}

static void
supervisor_fields(struct codec *codec, struct supervisor *supervisor)
{
	FIELD(codec, supervisor->runs);
	FIELD(codec, supervisor->is_child);
	FIELD(codec, supervisor->greeted);
	FIELD(codec, supervisor->met);
	FIELD(codec, supervisor->is_dumb);
	FIELD(codec, supervisor->pid);
	FIELD(codec, supervisor->process);
	FIELD(codec, supervisor->birth);
	FIELD(codec, supervisor->report);
	FIELD(codec, supervisor->number);
	FIELD(codec, supervisor->began);
	FIELD(codec, supervisor->start_at);
	FIELD(codec, supervisor->hello_by);
	FIELD(codec, supervisor->ready_by);
	FIELD(codec, supervisor->kill_at);
	FIELD(codec, supervisor->doom);
	FIELD(codec, supervisor->welcome);
	FIELD(codec, supervisor->table_from);
	FIELD(codec, supervisor->table_told);
	FIELD(codec, supervisor->signals);
	FIELD(codec, supervisor->pauses);
	channel_field(codec, &supervisor->channel);
}

static void
holder_fields(struct codec *codec, struct holder *holder)
{
	FIELD(codec, holder->runs);
	FIELD(codec, holder->pid);
	FIELD(codec, holder->process);
	FIELD(codec, holder->number);
	FIELD(codec, holder->began);
	FIELD(codec, holder->start_at);
	FIELD(codec, holder->pauses);
	channel_field(codec, &holder->channel);
}

static void
program_fields(struct codec *codec, struct program *program)
{
	void *words = NULL;
	uint64_t size = 0;

	/* The words lie one behind the other. */
	if (codec->writes && program->descriptor >= 0) {
		words = program->arguments[0];
		for (char **word = program->arguments; *word != NULL; word++)
			size += strlen(*word) + 1;
	}
	FIELD(codec, program->descriptor);
	bytes_field(codec, &words, &size);
	if (codec->writes)
		return;
	if (size > 0 && program_set_words(program, words, size) < 0)
		codec->failed = true;
	free(words);
}

/* A process that this one is the parent of. */
static void
index_entry(struct keeper *keeper, struct codec *codec, struct entry *entry)
{
	if (entry->state == CPROC_KEEPER_NOT_OURS)
		return;
	if (pids_reserve(&keeper->known) < 0) {
		codec->failed = true;
		return;
	}
	pids_add(&keeper->known, entry->pid);
	table_set_pid(&keeper->table, entry, entry->pid);
}

static void
entry_fields(struct codec *codec, struct keeper *keeper, struct entry *entry)
{
	struct entry fixed = { 0 };
	char label[CPROC_KEEPER_NAME_SIZE] = "";
	uint8_t untold;

	if (codec->writes) {
		fixed = *entry;
		memcpy(label, entry->label, strlen(entry->label) + 1);
	}
	untold = fixed.is_untold;
	FIELD(codec, fixed.identity);
	FIELD(codec, fixed.pid);
	FIELD(codec, fixed.process);
	FIELD(codec, fixed.status);
	FIELD(codec, fixed.state);
	FIELD(codec, untold);
	FIELD(codec, label);
	if (codec->writes || codec->failed)
		return;
	label[sizeof label - 1] = '\0';
	entry = table_add(&keeper->table, fixed.identity, label);
	if (entry == NULL) {
		codec->failed = true;
		return;
	}
	entry->pid = fixed.pid;
	entry->process = fixed.process;
	if (untold != 0) {
		table_end(&keeper->table, entry, fixed.state, fixed.status);
	} else {
		entry->state = fixed.state;
		entry->status = fixed.status;
	}
	index_entry(keeper, codec, entry);
}

static void
table_fields(struct codec *codec, struct keeper *keeper)
{
	uint64_t count = keeper->table.count;

	FIELD(codec, count);
	for (uint64_t i = 0; i < count && !codec->failed; i++)
		entry_fields(codec, keeper, codec->writes ? keeper->table.entries[i] : NULL);
}

static void
walk(struct codec *codec, struct keeper *keeper)
{
	uint32_t magic = MAGIC, version = VERSION;
	void *path = keeper->own_path;
	uint64_t path_size = keeper->own_path != NULL ? strlen(keeper->own_path) + 1 : 0;

	FIELD(codec, magic);
	FIELD(codec, version);
	if (magic != MAGIC || version != VERSION) {
		codec->failed = true;
		return;
	}
	bytes_field(codec, &path, &path_size);
	keeper->own_path = path;
	/* The program that is to be executed is the own one of what comes. */
	field(codec, codec->writes ? &keeper->replacement.program : &keeper->own, sizeof(int));
	supervisor_fields(codec, &keeper->supervisor);
	holder_fields(codec, &keeper->holder);
	program_fields(codec, &keeper->running);
	program_fields(codec, &keeper->earlier);
	program_fields(codec, &keeper->next);
	FIELD(codec, keeper->open_files_soft);
	FIELD(codec, keeper->open_files_hard);
	FIELD(codec, keeper->leaves);
	FIELD(codec, keeper->leave_status);
	FIELD(codec, keeper->orphans);
	table_fields(codec, keeper);
}

int
state_write(struct keeper *keeper)
{
	struct codec codec = { .writes = true };
	int file = -1;

	walk(&codec, keeper);
	if (codec.failed)
		errno = ENOMEM;
	else
		file = cproc_memory_file(codec.bytes, codec.size);
	free(codec.bytes);
	return file;
}

int
state_read(struct keeper *keeper, int descriptor, bool is_trial)
{
	struct codec codec = { .is_trial = is_trial };

	codec.bytes = cproc_memory_file_read(descriptor, &codec.size);
	if (codec.bytes == NULL)
		return -1;
	walk(&codec, keeper);
	free(codec.bytes);
	if (codec.failed || codec.at != codec.size) {
		errno = EPROTO;
		return -1;
	}
	return 0;
}
