// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.workersql.server.http.query.HintMembers;
import com.workersql.server.http.query.ParameterReader;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the member {@code steps} of a batch. Used once, by one thread. */
final class BatchReader {
    private static final int MAX_STEPS = 1_000;
    private static final int MAX_CONDITIONS = 10_000;

    private final JsonParser parser;
    private final ParameterReader values;
    private final MessageValues read;
    private final List<BatchStep> steps = new ArrayList<>();
    private int conditions;

    BatchReader(JsonParser parser, ParameterReader values, MessageValues read) {
        this.parser = parser;
        this.values = values;
        this.read = read;
    }

    /** Reads the array on which the parser stands. */
    List<BatchStep> steps() throws IOException, Refusal {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw Refusal.malformed("\"steps\" must be an array of objects");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw Refusal.malformed("\"steps\" must hold objects");
            }
            if (steps.size() == MAX_STEPS) {
                throw Refusal.malformed("\"steps\" has more than " + MAX_STEPS + " statements");
            }
            steps.add(step());
        }
        if (steps.isEmpty()) {
            throw Refusal.malformed("\"steps\" is empty");
        }
        return steps;
    }

    private BatchStep step() throws IOException, Refusal {
        String sql = null;
        QueryRequest.Bound parameters = null;
        StepCondition condition = new StepCondition.Unfailed();
        boolean rowsAsArrays = true;
        int timeoutMillis = 0;
        var hints = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "sql" -> sql = read.text(name);
                case "params", "named" -> parameters = read.parameters(name, parameters, values);
                case "cond" -> condition = condition();
                case "row_format" -> rowsAsArrays = read.rowsAsArrays();
                case "timeout_ms" -> timeoutMillis = read.timeout();
                case "hints" -> hints = HintMembers.read(parser);
                default -> parser.skipChildren();
            }
        }
        if (sql == null || sql.isBlank()) {
            throw Refusal.malformed("step " + steps.size() + " has no \"sql\"");
        }
        var bound = parameters == null ? QueryRequest.Positional.NONE : parameters;
        return new BatchStep(new QueryRequest(hints + sql, bound, timeoutMillis, rowsAsArrays, null), condition);
    }

    private StepCondition condition() throws IOException, Refusal {
        if (++conditions > MAX_CONDITIONS) {
            throw Refusal.malformed("the batch has more than " + MAX_CONDITIONS + " conditions");
        }
        if (parser.currentToken() == JsonToken.VALUE_STRING && parser.getText().equals("always")) {
            return new StepCondition.Always();
        }
        if (parser.currentToken() != JsonToken.START_OBJECT || parser.nextToken() != JsonToken.FIELD_NAME) {
            throw noCondition();
        }
        var name = parser.currentName();
        parser.nextToken();
        var condition = switch (name) {
            case "ok" -> new StepCondition.Is(earlier(), StepCondition.Outcome.SUCCEEDED);
            case "error" -> new StepCondition.Is(earlier(), StepCondition.Outcome.FAILED);
            case "skipped" -> new StepCondition.Is(earlier(), StepCondition.Outcome.SKIPPED);
            case "not" -> new StepCondition.Not(condition());
            case "and" -> new StepCondition.And(conditions());
            case "or" -> new StepCondition.Or(conditions());
            default -> throw noCondition();
        };
        if (parser.nextToken() != JsonToken.END_OBJECT) {
            throw noCondition();
        }
        return condition;
    }

    private int earlier() throws IOException, Refusal {
        if (steps.isEmpty()) {
            throw Refusal.malformed("there is no step before step 0 that a \"cond\" could name");
        }
        return (int) read.number("cond", 0, steps.size() - 1);
    }

    private List<StepCondition> conditions() throws IOException, Refusal {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw noCondition();
        }
        var all = new ArrayList<StepCondition>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            all.add(condition());
        }
        return all;
    }

    private Refusal noCondition() {
        return Refusal.malformed("the \"cond\" of step " + steps.size()
                + " is neither \"always\" nor an object of one of ok, error, skipped, not, and, or");
    }
}
