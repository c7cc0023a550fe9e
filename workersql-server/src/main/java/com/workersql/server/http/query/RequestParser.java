// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Takes requests in JSON apart, in one pass. Depth, names, numbers and the count of parameters are bounded; the size is the
 * caller's to bound. Safe for all threads.
 */
public final class RequestParser {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER_DIGITS = 100;
    private static final int MAX_NAME_CHARS = 1_000;

    private final JsonFactory factory;
    private final int maxTimeoutMillis;

    /**
     * A parser.
     *
     * @param maxStringChars the longest string, at least the largest request
     * @param maxTimeoutMillis the longest time that a request may give its statement
     */
    public RequestParser(int maxStringChars, int maxTimeoutMillis) {
        this.maxTimeoutMillis = maxTimeoutMillis;
        // Names are the sender's: a shared table of them could be filled, and made slow, from outside.
        this.factory = JsonFactory.builder()
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxNumberLength(MAX_NUMBER_DIGITS)
                        .maxNameLength(MAX_NAME_CHARS)
                        .maxStringLength(maxStringChars)
                        .build())
                .build();
    }

    /**
     * Takes a request apart.
     *
     * @param utf8 the document, between its indices, which stay as they are
     * @return what it holds; a member with a value that cannot be accepted is its {@link RequestDocument#fault}
     * @throws Refusal when the bytes are not UTF-8, not one JSON object, or over a limit
     */
    public RequestDocument parse(ByteBuf utf8) throws Refusal {
        return read(utf8, (parser, text) -> new RequestMembers(parser, text, maxTimeoutMillis).read());
    }

    /**
     * Takes a list of statements apart.
     *
     * @param utf8 the document, between its indices, which stay as they are
     * @return what it holds
     * @throws Refusal when the bytes are not UTF-8, not such a JSON object, or over a limit
     */
    public BatchRequest parseBatch(ByteBuf utf8) throws Refusal {
        return read(utf8, (parser, text) -> new BatchMembers(parser, text, maxTimeoutMillis).read());
    }

    /**
     * Takes the request for a transaction apart.
     *
     * @param utf8 the document, between its indices, which stay as they are; no bytes stand for an object without members
     * @return what it holds
     * @throws Refusal when the bytes are not UTF-8, not such a JSON object, or over a limit
     */
    public TransactionRequest parseTransaction(ByteBuf utf8) throws Refusal {
        return utf8.isReadable()
                ? read(utf8, (parser, text) -> TransactionRequest.read(parser))
                : TransactionRequest.PLAIN;
    }

    /**
     * Reads the members of an object.
     *
     * @param <T> what they come to
     */
    @FunctionalInterface
    public interface Body<T> {
        /**
         * Reads up to the closing brace.
         *
         * @param parser behind the opening brace
         * @param text what the parser reads
         * @return what the members come to
         * @throws IOException when it is no JSON, or over a limit
         * @throws Refusal when a member cannot be accepted
         */
        T read(JsonParser parser, String text) throws IOException, Refusal;
    }

    /**
     * Takes an object of another kind apart.
     *
     * @param <T> what it comes to
     * @param utf8 the document, between its indices, which stay as they are
     * @param body reads the members
     * @return what they come to
     * @throws Refusal when the bytes are not UTF-8, not one JSON object, over a limit, or the body says so
     */
    public <T> T read(ByteBuf utf8, Body<T> body) throws Refusal {
        var text = decode(utf8);
        try (var parser = factory.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw Refusal.malformed("a JSON object is expected");
            }
            var document = body.read(parser, text);
            if (parser.nextToken() != null) {
                throw Refusal.malformed("there is more behind the JSON object");
            }
            return document;
        } catch (JsonProcessingException e) {
            var where = e.getLocation();
            throw Refusal.malformed("not acceptable as JSON: " + e.getOriginalMessage()
                    + (where == null ? "" : " at line " + where.getLineNr() + ", column " + where.getColumnNr()));
        } catch (IOException e) {
            throw Refusal.malformed("not acceptable as JSON: " + e.getMessage());
        }
    }

    private static String decode(ByteBuf utf8) throws Refusal {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(utf8.nioBuffer())
                    .toString();
        } catch (CharacterCodingException e) {
            throw Refusal.malformed("not valid UTF-8");
        }
    }
}
