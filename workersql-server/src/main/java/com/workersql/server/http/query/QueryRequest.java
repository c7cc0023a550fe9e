// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.router.ParameterValue;
import java.util.List;
import java.util.Map;

/**
 * One statement as a JSON client asks for it.
 *
 * @param sql the text, not blank
 * @param parameters the values of its placeholders
 * @param timeoutMillis after how long the statement is ended; 0 when the request names no time
 * @param rowsAsArrays whether a row is an array of values, not an object by column names
 * @param transactionId the transaction in which it runs, or null for none
 */
public record QueryRequest(
        String sql, Bound parameters, int timeoutMillis, boolean rowsAsArrays, String transactionId) {

    /**
     * A statement without anything else.
     *
     * @param sql the text
     * @return never null
     */
    public static QueryRequest of(String sql) {
        return new QueryRequest(sql, Positional.NONE, 0, false, null);
    }

    /**
     * The same with another text.
     *
     * @param text has the same placeholders
     * @return a copy
     */
    public QueryRequest withSql(String text) {
        return new QueryRequest(text, parameters, timeoutMillis, rowsAsArrays, transactionId);
    }

    /** The values of placeholders, in one of the two forms of a request. */
    public sealed interface Bound {}

    /**
     * Values for {@code ?}, in their order.
     *
     * @param values one for each placeholder
     */
    public record Positional(List<ParameterValue> values) implements Bound {
        /** No values. */
        public static final Positional NONE = new Positional(List.of());

        /** Copies the list. */
        public Positional {
            values = List.copyOf(values);
        }
    }

    /**
     * Values for {@code :name}.
     *
     * @param values by name, without the colon
     */
    public record Named(Map<String, ParameterValue> values) implements Bound {
        /** Copies the map. */
        public Named {
            values = Map.copyOf(values);
        }
    }
}
