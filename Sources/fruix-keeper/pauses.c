#include "pauses.h"

#define LONG_LIFE 60
#define AT_ONCE 3
#define LONGEST 30

int64_t
pauses_next(struct pauses *pauses, int64_t lived)
{
	uint32_t doublings;

	if (lived >= LONG_LIFE)
		pauses->deaths = 0;
	if (pauses->deaths < AT_ONCE) {
		pauses->deaths++;
		return 0;
	}
	doublings = pauses->deaths - AT_ONCE;
	if (doublings >= 5)
		return LONGEST;
	pauses->deaths++;
	return INT64_C(1) << doublings;
}
