#ifndef CPROC_H
#define CPROC_H
#endif
