/** The gateway's figures, under names that start with {@code workersql_}. */
package com.workersql.server.metrics;
