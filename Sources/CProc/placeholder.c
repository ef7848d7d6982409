#include "CProc.h"
typedef int cproc_placeholder;
