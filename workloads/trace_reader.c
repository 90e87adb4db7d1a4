#include "workloads/trace.h"
