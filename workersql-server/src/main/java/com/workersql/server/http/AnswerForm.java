// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.http.query.AnswerDocument;
import com.workersql.server.http.query.Refusal;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;

/** The forms in which the answer to a statement can be asked for, by the Accept header (RFC 9110, section 12.5.1). */
enum AnswerForm {
    /** One JSON object. */
    JSON("application/json"),
    /** A JSON object a line. */
    NDJSON("application/x-ndjson"),
    /** Comma-separated values. */
    CSV("text/csv");

    private static final String CSV_WITH_CHARSET = "text/csv; charset=utf-8; header=present";

    private final String media;

    AnswerForm(String media) {
        this.media = media;
    }

    /**
     * What the header asks for: the form with the highest quality, the first of several.
     *
     * @return {@link #JSON} when the header is missing or takes anything
     * @throws Refusal with status 406 when it takes none of the forms
     */
    static AnswerForm of(HttpHeaders headers) throws Refusal {
        var accept = String.join(",", headers.getAll(HttpHeaderNames.ACCEPT));
        if (accept.isBlank()) {
            return JSON;
        }
        AnswerForm best = null;
        double bestQuality = 0;
        for (var range : accept.split(",", -1)) {
            var parts = range.split(";", -1);
            var form = ofRange(parts[0].strip().toLowerCase(Locale.ROOT));
            double quality = quality(parts);
            if (form != null && quality > bestQuality) {
                best = form;
                bestQuality = quality;
            }
        }
        if (best == null) {
            throw new Refusal(Refusal.error(
                    ErrorClass.NOT_ACCEPTABLE,
                    "Accept takes none of application/json, application/x-ndjson and text/csv"));
        }
        return best;
    }

    private static AnswerForm ofRange(String range) {
        return switch (range) {
            case "*/*", "application/*", "application/json", "application/problem+json" -> JSON;
            case "application/x-ndjson", "application/ndjson", "application/jsonl" -> NDJSON;
            case "text/csv", "text/*" -> CSV;
            default -> null;
        };
    }

    private static double quality(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            var parameter = parts[i].strip();
            if (parameter.startsWith("q=") || parameter.startsWith("Q=")) {
                try {
                    return Double.parseDouble(parameter.substring(2).strip());
                } catch (NumberFormatException e) {
                    return 0;
                }
            }
        }
        return 1;
    }

    /** The Content-Type of such an answer. */
    String contentType() {
        return this == CSV ? CSV_WITH_CHARSET : media;
    }

    /** How such an answer is written. */
    AnswerDocument.Format format(boolean rowsAsArrays) {
        return switch (this) {
            case JSON -> AnswerDocument.Format.json(rowsAsArrays);
            case NDJSON -> AnswerDocument.Format.ndjson(rowsAsArrays);
            case CSV -> AnswerDocument.Format.csv();
        };
    }
}
