// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.merge;

/** The statement writes: all shards' parts run in one transaction, and the numbers of affected rows are added up. */
public record WriteRule() implements Combination {}
