#if defined(__linux__)

#define _GNU_SOURCE
#include "children.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/seam.h"

int
pid_list_append(struct pid_list *list, pid_t pid)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
		pid_t *pids = realloc(list->pids, capacity * sizeof *pids);

		if (pids == NULL)
			return -1;
		list->pids = pids;
		list->capacity = capacity;
	}
	list->pids[list->count++] = pid;
	return 0;
}

void
pid_list_free(struct pid_list *list)
{
	free(list->pids);
	memset(list, 0, sizeof *list);
}

bool
pid_is_in(pid_t pid, const pid_t *pids, size_t count)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pids[middle] == pid)
			return true;
		if (pids[middle] < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Numbers separated by blanks; one may lie across two reads.  seams: NULL, or gets the last number of each read. */
static int
append_numbers(int descriptor, struct pid_list *list, struct pid_list *seams)
{
	char buffer[4096];
	pid_t pid = 0;

	for (;;) {
		ssize_t count = read(descriptor, buffer, sizeof buffer);

		/* ESRCH: the thread has ended, and its children are now another's. */
		if (count <= 0)
			return count == 0 || errno == ESRCH ? 0 : -1;
		for (ssize_t i = 0; i < count; i++) {
			if (isdigit((unsigned char)buffer[i])) {
				pid = pid * 10 + (buffer[i] - '0');
			} else if (pid != 0) {
				if (pid_list_append(list, pid) < 0)
					return -1;
				pid = 0;
			}
		}
		if (seams != NULL && list->count > 0 && pid_list_append(seams, list->pids[list->count - 1]) < 0)
			return -1;
	}
}

/* Where the kernel has no lists of children (CONFIG_PROC_CHILDREN): every process is asked for its parent. */
static int
search_children(pid_t parent, struct pid_list *list)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	int result = 0;

	if (directory == NULL)
		return -1;
	while (result == 0 && (entry = readdir(directory)) != NULL) {
		pid_t pid = (pid_t)atoi(entry->d_name);
		struct process_stat stat;

		if (pid <= 0)
			continue;
		if (process_stat(pid, &stat) < 0)
			result = is_lack(errno) ? -1 : 0;
		else if (stat.parent == parent)
			result = pid_list_append(list, pid);
	}
	closedir(directory);
	return result;
}

static int
append_children_of_thread(int tasks, const char *thread, struct pid_list *list)
{
	char path[64];
	int descriptor, result;

	snprintf(path, sizeof path, "%.20s/children", thread);
	descriptor = openat(tasks, path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return -1;
	result = append_numbers(descriptor, list, NULL);
	close(descriptor);
	return result;
}

/* A child belongs to the thread that has forked it. */
int
children_of(pid_t parent, struct pid_list *list)
{
	char path[64];
	DIR *tasks;
	struct dirent *entry;
	int result = 0;
	bool supported = true;

	snprintf(path, sizeof path, "/proc/%d/task", (int)parent);
	tasks = opendir(path);
	if (tasks == NULL)
		return errno == ENOENT ? 0 : -1;
	while (result == 0 && (entry = readdir(tasks)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (append_children_of_thread(dirfd(tasks), entry->d_name, list) == 0)
			continue;
		if (errno != ENOENT && errno != ESRCH)
			result = -1;
		else if (faccessat(AT_FDCWD, "/proc/thread-self/children", F_OK, 0) < 0)
			supported = false;
	}
	closedir(tasks);
	return supported ? result : search_children(parent, list);
}

/*
 * The kernel goes on behind the last child that a read has shown, and where that one has been reaped meanwhile, at its place in
 * the list, which may be one too far (fs/proc/array.c, get_children_proc): then a child is missing.
 */
static bool
is_seamless(pid_t reaper, const struct pid_list *seams)
{
	for (size_t i = 0; i + 1 < seams->count; i++) {
		struct process_stat stat;

		if (process_stat(seams->pids[i], &stat) < 0 || stat.parent != reaper)
			return false;
	}
	return true;
}

/* 1: all of them; 0: perhaps not; -1. */
static int
read_children(pid_t reaper, struct pid_list *list)
{
	struct pid_list seams = { 0 };
	char path[64];
	int descriptor, result;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)reaper, (int)reaper);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return errno == ENOENT && search_children(reaper, list) == 0 ? 1 : -1;
	result = append_numbers(descriptor, list, &seams);
	close(descriptor);
	/* Of our own nobody is reaped meanwhile. */
	if (result == 0)
		result = reaper == getpid() || is_seamless(reaper, &seams);
	pid_list_free(&seams);
	return result;
}

/* So often a list may be taken again. */
#define MOST_READS 16

int
children_of_first_thread(pid_t reaper, struct pid_list *list)
{
	size_t before = list->count;
	int result = 0;

	for (int attempt = 0; result == 0 && attempt < MOST_READS; attempt++) {
		list->count = before;
		result = read_children(reaper, list);
	}
	return result < 0 ? -1 : 0;
}

/*
 * proc_pid_stat(5): pid (name) state ppid pgrp session ... num_threads is the 20th,
 * starttime the 22nd; the name may hold anything, the last `)` ends it.
 */
int
process_stat(pid_t pid, struct process_stat *stat)
{
	char path[40], text[1024], state;
	int descriptor, parent, session;
	long threads;
	long long start;
	ssize_t count;
	char *rest;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return -1;
	count = read(descriptor, text, sizeof text - 1);
	close(descriptor);
	if (count <= 0) {
		errno = ESRCH;
		return -1;
	}
	text[count] = '\0';
	rest = strrchr(text, ')');
	if (rest == NULL || sscanf(rest + 1,
	    " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld %*d %lld",
	    &state, &parent, &session, &threads, &start) != 5) {
		errno = ESRCH;
		return -1;
	}
	stat->parent = parent;
	stat->session = session;
	stat->start = start;
	/* A first thread that has ended before the others looks like a zombie. */
	stat->lives = (state != 'Z' && state != 'X') || threads > 1;
	return 0;
}

#endif
