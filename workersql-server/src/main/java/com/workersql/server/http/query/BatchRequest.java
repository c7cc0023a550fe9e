// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import java.util.List;

/**
 * Several statements that one request asks for.
 *
 * @param queries the statements, at least one
 * @param transaction whether they take effect together or not at all
 * @param stopOnError whether those behind one that fails are left out; always so in a transaction
 * @param unknownMembers names that mean nothing here
 */
public record BatchRequest(List<Item> queries, boolean transaction, boolean stopOnError, List<String> unknownMembers) {
    /**
     * A statement.
     *
     * @param id what the client calls it, as JSON text, or null
     * @param request the statement
     */
    public record Item(String id, QueryRequest request) {}

    /** Copies the lists. */
    public BatchRequest {
        queries = List.copyOf(queries);
        unknownMembers = List.copyOf(unknownMembers);
    }
}
