// SPDX-License-Identifier: Apache-2.0
/** Benchmarks of the parts that every statement and every row pass through. */
package com.workersql.bench;
