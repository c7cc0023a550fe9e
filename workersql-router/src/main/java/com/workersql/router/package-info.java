/** From SQL text and parameters to the shard that they belong to, proven or refused. */
package com.workersql.router;
