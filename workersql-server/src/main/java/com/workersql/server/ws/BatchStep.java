// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.http.query.QueryRequest;

/**
 * A statement of a {@code batch}.
 *
 * @param condition when it runs
 */
record BatchStep(QueryRequest request, StepCondition condition) {}
