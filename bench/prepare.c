#include "bench/prepare.h"
