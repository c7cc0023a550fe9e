// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.merge;

/** How the replies of several shards become the one that the client gets. */
public sealed interface Combination permits Merge, WriteRule {}
