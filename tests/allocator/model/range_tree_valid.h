/*
 * range_tree_valid.h - whether a range tree is what it should be, node by node.
 */
#ifndef HB_TESTS_RANGE_TREE_VALID_H
#define HB_TESTS_RANGE_TREE_VALID_H

#include "allocator/model/range_tree.h"

bool range_tree_valid(const struct hb_range_tree *tree);

#endif
