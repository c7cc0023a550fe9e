// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.handler.codec.compression.Brotli;
import io.netty.handler.codec.compression.BrotliMode;
import io.netty.handler.codec.compression.CompressionOptions;
import io.netty.handler.codec.compression.StandardCompressionOptions;
import io.netty.handler.codec.compression.Zstd;
import io.netty.handler.codec.http.HttpContentCompressor;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compresses answers in a coding that the client takes (RFC 9110, section 12.5.3). Of one connection. */
final class AnswerCompressor extends HttpContentCompressor {
    private static final Pattern REFUSED = Pattern.compile("[^*;]*;\\s*[qQ]=0(\\.0{0,3})?\\s*");
    private static final int BROTLI_QUALITY = 4;
    /** 256 KiB: the usual 4 MiB would cost each answer 8 MiB of memory that no limit of the gateway's sees. */
    private static final int BROTLI_WINDOW_BITS = 18;

    /** @param codings of {@link #codings} */
    AnswerCompressor(int fromBytes, CompressionOptions[] codings) {
        super(fromBytes, codings);
    }

    /** The codings that there are here. Loads native libraries, which takes a moment the first time. */
    static CompressionOptions[] codings() {
        var options = new ArrayList<CompressionOptions>(
                List.of(StandardCompressionOptions.gzip(), StandardCompressionOptions.deflate()));
        // Where their libraries are on the class path, which are native ones.
        if (Brotli.isAvailable()) {
            options.add(StandardCompressionOptions.brotli(BROTLI_QUALITY, BROTLI_WINDOW_BITS, BrotliMode.TEXT));
        }
        if (Zstd.isAvailable()) {
            options.add(StandardCompressionOptions.zstd());
        }
        return options.toArray(CompressionOptions[]::new);
    }

    /** The codec takes a coding of the weight 0 for a wanted one, where it knows of none that it likes better. */
    @Override
    protected String determineEncoding(String acceptEncoding) {
        return super.determineEncoding(Stream.of(acceptEncoding.split(",", -1))
                .filter(coding -> !REFUSED.matcher(coding).matches())
                .collect(Collectors.joining(",")));
    }
}
