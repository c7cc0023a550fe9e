// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

/**
 * Counters of a router since it was built, and the size of its plan cache now.
 *
 * @param hits plans found in the cache
 * @param misses statements that had to be analysed
 * @param evictions cached analyses that were given up for room
 * @param cachedWeightBytes estimated weight of the cached analyses, in bytes
 * @param unparsable statements that the grammar could not parse
 * @param disagreements statements refused because lexer and grammar saw different tables
 * @param refused statements refused, for any reason
 * @param faults statements refused because of a fault of this library; each is worth a report
 */
public record RouterStats(
        long hits,
        long misses,
        long evictions,
        long cachedWeightBytes,
        long unparsable,
        long disagreements,
        long refused,
        long faults) {}
