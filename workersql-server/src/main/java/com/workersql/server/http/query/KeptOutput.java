// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** An answer that is kept whole, up to a number of bytes, and not sent. Confined to one event loop. */
public final class KeptOutput implements QueryOutput {
    private final int maxBytes;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private GatewayError error;
    private boolean overflowed;

    /**
     * An output that has got nothing.
     *
     * @param maxBytes what is beyond is not kept
     */
    public KeptOutput(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void write(ByteBuf json) {
        try {
            overflowed |= bytes.size() + json.readableBytes() > maxBytes;
            if (!overflowed) {
                json.getBytes(json.readerIndex(), bytes, json.readableBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("an array cannot fail", e);
        } finally {
            json.release();
        }
    }

    @Override
    public void complete(ByteBuf json) {
        write(json);
    }

    @Override
    public void fail(GatewayError failure, ByteBuf tail) {
        tail.release();
        error = failure;
    }

    @Override
    public void abandoned() {
        // Nobody asks what was kept.
    }

    /**
     * Why the statement failed.
     *
     * @return null when it did not
     */
    public GatewayError error() {
        return error;
    }

    /**
     * Whether the answer was larger than what is kept.
     *
     * @return true when {@link #text} lacks a part of it
     */
    public boolean hasOverflowed() {
        return overflowed;
    }

    /**
     * What has come.
     *
     * @return the document
     */
    public String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
