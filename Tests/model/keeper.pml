/*
 * Keeper, holder and supervisor (docs/KEEPER.md) on FreeBSD, where the table of the keeper and the copies of process
 * descriptors have to add up: on Linux the keeper learns of every end itself, and there is less to go wrong.
 *
 * Supervisor and holder are killed at any step, so often each. What the supervisor has written down (record) outlives it.
 *
 * Asserted: nothing is started twice; the status of an end is lost only after a holder's death; when nothing can happen any
 * more, every process was started, has ended, and its end is known to the supervisor, and neither an entry, a descriptor nor
 * a zombie is left. Spin itself finds deadlocks.
 *
 * Tools/model.sh checks it, and that it notices when a rule is left out (the WITHOUT_...).
 */
#ifndef N
#define N 2 /* processes: 1 or 2 */
#endif
#ifndef SUPERVISOR_DEATHS
#define SUPERVISOR_DEATHS 2
#endif
#ifndef HOLDER_DEATHS
#define HOLDER_DEATHS 1
#endif
#define ROOM 2

mtype = { HELLO, START, KNOWN, LOOK, ENTRY, TABLE_END, HOLDER, STARTED, ENDED, HOLD, DROP, SUPERVISOR, HELD, HELD_END };

chan s2k = [ROOM] of { mtype, byte };
chan k2s = [ROOM] of { mtype, byte };
chan k2h = [ROOM] of { mtype, byte };
chan s2h = [ROOM] of { mtype, byte };
chan h2s = [ROOM] of { mtype, byte };

/* The kernel. */
mtype = { ABSENT, ALIVE, ZOMBIE, GONE };
mtype process[N] = ABSENT;
byte copies[N]; /* of the process descriptor, in processes and on their way */
bit was_started[N];

/* The keeper. */
mtype = { NONE, RUNS, OVER };
mtype table[N] = NONE;
bit untold[N], greeted;
byte cursor; /* N + 1: the table was told */

/* The holder. */
bit holder_lives = 1, holds[N], handing;
byte handed;
byte holder_deaths = HOLDER_DEATHS;

/* The supervisor: what is written down, and what it knows. */
mtype = { WANTED, STARTING, DONE };
mtype record[N] = WANTED;
byte generation; /* which supervisor it is: each has sockets of its own */
byte holders_to_meet; /* their sockets are on their way */
bit supervisor_lives, said_hello, table_told, met_holder, handed_over;
bit has[N], listed[N], asked[N], said_known[N], to_drop[N], to_give[N], looked[N];
byte supervisor_deaths = SUPERVISOR_DEATHS;

/* With its last copy a dead process is reaped; a living one becomes a child like any other. */
inline close_copy(p)
{
	copies[p]--;
	if
	:: copies[p] == 0 && process[p] == ZOMBIE -> process[p] = GONE
	:: else
	fi
}

/* What was on its way to somebody who is dead: descriptors close. */
inline purge(channel, one, other)
{
	do
	:: channel?what,which ->
		if
		:: what == one || what == other -> close_copy(which)
		:: else
		fi
	:: empty(channel) -> break
	od;
	what = HELLO;
	which = 0
}

inline forget_supervisor()
{
	for (i : 0 .. N - 1) {
		if
		:: has[i] -> has[i] = 0; close_copy(i)
		:: else
		fi;
		listed[i] = 0; asked[i] = 0; said_known[i] = 0; to_drop[i] = 0; to_give[i] = 0; looked[i] = 0
	}
	i = 0;
	supervisor_lives = 0; said_hello = 0; table_told = 0; met_holder = 0; handed_over = 0
}

active proctype ends()
{
	byte p;

	/* Any process, at any time after its start. */
end:	do
	:: atomic { process[0] == ALIVE -> p = 0; goto over }
#if N > 1
	:: atomic { process[1] == ALIVE -> p = 1; goto over }
#endif
	od;
over:	atomic {
		if
		:: copies[p] > 0 -> process[p] = ZOMBIE
		:: else -> process[p] = GONE; /* waitpid(2) by the keeper: docs/FREEBSD.md */
			if
			:: table[p] == RUNS -> table[p] = OVER; untold[p] = 1
			:: else
			fi
		fi;
		p = 0
	};
	goto end
}

inline connect()
{
	/* Both get an end, or neither: the keeper has room for as much as it needs. */
	k2h!SUPERVISOR,generation;
	k2s!HOLDER,0;
	holders_to_meet++
}

active proctype keeper()
{
	byte which, i;
	mtype what;

end:	do
	/* A supervisor, after all that the one before has said. */
	:: atomic { !supervisor_lives && empty(s2k) ->
		purge(k2s, STARTED, STARTED);
		purge(h2s, HELD, HELD);
		/* The socket that the holder hands over on is closed. */
		handing = 0; handed = 0; holders_to_meet = 0;
		greeted = 0; cursor = 0; supervisor_lives = 1; generation++ }
	:: atomic { !holder_lives && (!greeted || !supervisor_lives || nfull(k2s)) ->
		purge(k2h, HOLD, HOLD);
		purge(s2h, HOLD, HOLD);
		holder_lives = 1; handing = 0;
		if
		:: greeted && supervisor_lives -> connect()
		:: else
		fi }
	:: atomic { s2k?[HELLO,0] && nfull(k2s) && nfull(k2h) ->
		s2k?HELLO,which;
		if
		:: supervisor_lives -> greeted = 1; cursor = 0;
			if
			:: holder_lives -> connect()
			:: else
			fi
		:: else
		fi }
	:: atomic { greeted && supervisor_lives && cursor < N && nfull(k2s) ->
		if
		:: table[cursor] != NONE ->
			k2s!ENTRY,((table[cursor] == OVER -> N + cursor : cursor));
			untold[cursor] = 0
		:: else
		fi;
		cursor++ }
	:: atomic { greeted && supervisor_lives && cursor == N && nfull(k2s) -> k2s!TABLE_END,0; cursor++ }
	/* Requests: when the table was told and there is room for what comes of them, or from one who is dead. */
	:: atomic { (s2k?[START,0] || s2k?[START,1]) && nfull(k2h) && (!supervisor_lives || cursor == N + 1 && nfull(k2s)) ->
		s2k?START,which;
		if
		:: table[which] == NONE ->
			assert(!was_started[which]);
			was_started[which] = 1; process[which] = ALIVE; table[which] = RUNS;
#ifndef WITHOUT_HOLDING
			if
			:: holder_lives -> copies[which]++; k2h!HOLD,which
			:: else
			fi;
#endif
			if
			:: supervisor_lives -> copies[which]++; k2s!STARTED,which
			:: else
			fi
		:: else
		fi;
		which = 0 }
	:: atomic { (s2k?[KNOWN,0] || s2k?[KNOWN,1]) && nfull(k2h) && (!supervisor_lives || cursor == N + 1) ->
		s2k?KNOWN,which;
		table[which] = NONE; untold[which] = 0;
		if
		:: holder_lives -> k2h!DROP,which
		:: else
		fi;
		which = 0 }
	/* Signal 0, for one whose descriptor the supervisor has not. */
	:: atomic { (s2k?[LOOK,0] || s2k?[LOOK,1]) && (!supervisor_lives || cursor == N + 1) ->
		s2k?LOOK,which;
		if
		:: table[which] == RUNS && process[which] == GONE ->
			/* How it has ended is lost: that takes a holder's death. */
			assert(holder_deaths < HOLDER_DEATHS);
			table[which] = OVER; untold[which] = 1
		:: else
		fi;
		which = 0 }
	:: atomic { cursor == N + 1 && supervisor_lives && untold[0] && nfull(k2s) -> untold[0] = 0; k2s!ENDED,0 }
#if N > 1
	:: atomic { cursor == N + 1 && supervisor_lives && untold[1] && nfull(k2s) -> untold[1] = 0; k2s!ENDED,1 }
#endif
	od
}

active proctype holder()
{
	byte which, i;
	mtype what;

end:	do
	:: atomic { holder_lives && holder_deaths > 0 ->
		holder_deaths--;
		for (i : 0 .. N - 1) {
			if
			:: holds[i] -> holds[i] = 0; close_copy(i)
			:: else
			fi
		}
		i = 0;
		purge(k2h, HOLD, HOLD);
		purge(s2h, HOLD, HOLD);
		purge(h2s, HELD, HELD);
		holder_lives = 0; handing = 0; handed = 0 }
	/* All that a dead supervisor has said comes before the next one is met. */
	:: atomic { holder_lives && nempty(k2h) && (!k2h?[SUPERVISOR,which] || empty(s2h)) ->
		k2h?what,which;
		if
		:: what == HOLD && !holds[which] -> holds[which] = 1
		:: what == HOLD && holds[which] -> close_copy(which)
		:: what == DROP && holds[which] -> holds[which] = 0; close_copy(which)
		:: what == DROP && !holds[which]
		:: what == SUPERVISOR -> handing = (which == generation && supervisor_lives); handed = 0
		fi;
		what = HELLO; which = 0 }
	:: atomic { holder_lives && nempty(s2h) ->
		s2h?what,which;
		if
		:: what == HOLD && !holds[which] -> holds[which] = 1
		:: what == HOLD && holds[which] -> close_copy(which)
		:: what == DROP && holds[which] -> holds[which] = 0; close_copy(which)
		:: what == DROP && !holds[which]
		fi;
		what = HELLO; which = 0 }
	:: atomic { holder_lives && supervisor_lives && handing && handed < N && nfull(h2s) ->
		if
		:: holds[handed] -> copies[handed]++; h2s!HELD,handed
		:: else
		fi;
		handed++ }
	:: atomic { holder_lives && handing && handed == N && nfull(h2s) -> h2s!HELD_END,0; handing = 0; handed = 0 }
	:: atomic { holder_lives && handing && !supervisor_lives -> handing = 0; handed = 0 }
	od
}

/* One of the two. Each line is a step, and it may be killed between any two. */
#define STEPS(p) \
	:: atomic { supervisor_lives && table_told && record[p] != DONE && !listed[p] && !asked[p] && to_send == 0 -> \
		record[p] = STARTING; asked[p] = 1; to_send = p + 1 } \
	:: atomic { supervisor_lives && has[p] && process[p] == ZOMBIE && record[p] != DONE -> record[p] = DONE } \
	:: atomic { supervisor_lives && record[p] == DONE && listed[p] && !said_known[p] && nfull(s2k) -> \
		said_known[p] = 1; to_drop[p] = 1; s2k!KNOWN,p; \
		if \
		:: has[p] -> has[p] = 0; to_give[p] = 0; close_copy(p) \
		:: else \
		fi } \
	:: atomic { supervisor_lives && met_holder && holders_to_meet == 0 && holder_lives && to_give[p] && nfull(s2h) -> \
		to_give[p] = 0; copies[p]++; s2h!HOLD,p } \
	DROPPING(p) \
	CLEANING(p) \
	LOOKING(p)

#ifdef WITHOUT_DROPPING
#define DROPPING(p)
#else
#define DROPPING(p) \
	:: atomic { supervisor_lives && met_holder && holders_to_meet == 0 && holder_lives && to_drop[p] && nfull(s2h) -> to_drop[p] = 0; s2h!DROP,p }
#endif

/* No descriptor of it will come any more. */
#ifdef WITHOUT_LOOKING
#define LOOKING(p)
#else
#define LOOKING(p) \
	:: atomic { supervisor_lives && table_told && handed_over && listed[p] && !has[p] && record[p] != DONE && \
		!looked[p] && nfull(s2k) -> looked[p] = 1; s2k!LOOK,p }
#endif

/* A supervisor that gave it to a new holder and died before it dropped it has left it there. */
#ifdef WITHOUT_CLEANING
#define CLEANING(p)
#else
#define CLEANING(p) \
	:: atomic { supervisor_lives && table_told && has[p] && !listed[p] && !asked[p] -> \
		has[p] = 0; said_known[p] = 1; to_give[p] = 0; to_drop[p] = 1; close_copy(p) }
#endif

active proctype supervisor()
{
	byte which, i, to_send;
	mtype what;

end:	do
	:: atomic { supervisor_lives && supervisor_deaths > 0 -> supervisor_deaths--; forget_supervisor(); to_send = 0 }
	:: atomic { supervisor_lives && !said_hello && nfull(s2k) -> said_hello = 1; s2k!HELLO,0 }
	/* It was written down before: docs/ARCHITECTURE.md. */
	:: atomic { supervisor_lives && to_send > 0 && nfull(s2k) -> s2k!START,to_send - 1; to_send = 0 }
	:: atomic { supervisor_lives && nempty(k2s) ->
		k2s?what,which;
		if
		:: what == ENTRY && which >= N -> listed[which - N] = 1; record[which - N] = DONE
		:: what == ENTRY && which < N -> listed[which] = 1
		:: what == TABLE_END -> table_told = 1
		:: what == STARTED && !has[which] -> listed[which] = 1; has[which] = 1
		/* The holder was asked to hand over just then, and was faster. */
		:: what == STARTED && has[which] -> listed[which] = 1; close_copy(which)
		:: what == ENDED -> record[which] = DONE
		:: what == HOLDER ->
			for (i : 0 .. N - 1) { to_give[i] = (met_holder && has[i]); to_drop[i] = 0; looked[i] = 0 }
			i = 0; met_holder = 1; handed_over = 0; holders_to_meet--
		fi;
		what = HELLO; which = 0 }
	:: atomic { supervisor_lives && met_holder && holders_to_meet == 0 && nempty(h2s) ->
		h2s?what,which;
		if
		:: what == HELD && (has[which] || said_known[which]) -> close_copy(which)
		:: what == HELD && !has[which] && !said_known[which] -> has[which] = 1
		:: what == HELD_END -> handed_over = 1
		fi;
		what = HELLO; which = 0 }
	STEPS(0)
#if N > 1
	STEPS(1)
#endif
	od
}

active proctype judge()
{
	byte i;

	timeout ->
	for (i : 0 .. N - 1) {
		assert(was_started[i]);
		assert(record[i] == DONE);
		assert(table[i] == NONE);
		assert(copies[i] == 0);
		assert(process[i] == GONE)
	}
}
