// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.server.error.GatewayError;
import java.util.List;

/**
 * A JSON object that asks for something, taken apart but not yet judged: an HTTP body or a WebSocket message.
 *
 * @param type the member of that name, or null
 * @param id the member of that name as JSON text, or null
 * @param sql the member of that name, or null
 * @param parameters of the member {@code params}; none when it is missing
 * @param timeoutMillis of the member {@code timeout}; 0 when it is missing
 * @param rowsAsArrays whether the member {@code rows} says {@code array}
 * @param transactionId the member of that name, or null
 * @param table the member of that name, or null
 * @param from the member of that name, or null
 * @param unknownMembers names that mean nothing here
 * @param fault the first member whose value cannot be accepted, or null
 */
public record RequestDocument(
        String type,
        String id,
        String sql,
        QueryRequest.Bound parameters,
        int timeoutMillis,
        boolean rowsAsArrays,
        String transactionId,
        String table,
        String from,
        List<String> unknownMembers,
        GatewayError fault) {
    /**
     * The statement that is asked for.
     *
     * @return never null
     * @throws Refusal when a member's value cannot be accepted, or there is no SQL
     */
    public QueryRequest query() throws Refusal {
        if (fault != null) {
            throw new Refusal(fault);
        }
        if (sql == null) {
            throw Refusal.malformed("the member \"sql\" is missing");
        }
        if (sql.isBlank()) {
            throw new Refusal(GatewayError.refused(1065, "42000", "Query was empty"));
        }
        return new QueryRequest(sql, parameters, timeoutMillis, rowsAsArrays, transactionId);
    }
}
