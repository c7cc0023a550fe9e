// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResponseScannerFuzzTest {
    private static final List<ReplyKind> KINDS = List.of(ReplyKind.values());
    private static final List<CapabilityFlags> CAPABILITIES = List.of(
            ReplyBytes.CLASSIC,
            ReplyBytes.DEPRECATE_EOF,
            ReplyBytes.CLASSIC.with(CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA));

    @Test
    void throwsNothingButProtocolExceptionOnRandomBytes() {
        Random random = new Random(1);
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            if (bytes.length > 3 && random.nextBoolean()) {
                bytes[0] = (byte) (bytes[0] & 15);
                bytes[1] = 0;
                bytes[2] = 0;
            }
            scan(random, bytes);
        }
    }

    @Test
    void throwsNothingButProtocolExceptionOnRepliesWithChangedBytes() {
        Random random = new Random(2);
        for (ReplyBytes reply : ReplyShapes.all().values()) {
            for (int round = 0; round < 200; round++) {
                byte[] bytes = reply.bytes();
                int changes = 1 + random.nextInt(3);
                for (int i = 0; i < changes; i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                scan(random, bytes);
            }
        }
    }

    private static void scan(Random random, byte[] bytes) {
        ReplyKind kind = KINDS.get(random.nextInt(KINDS.size()));
        ResponseScanner scanner = new ResponseScanner();
        scanner.begin(kind, CAPABILITIES.get(random.nextInt(CAPABILITIES.size())));
        RecordingSink sink = new RecordingSink();
        int read = 0;
        try {
            while (read < bytes.length && !scanner.isDone()) {
                int length = Math.min(bytes.length - read, 1 + random.nextInt(20));
                ByteBuf in = Unpooled.wrappedBuffer(bytes, read, length);
                int consumed = scanner.scan(in, sink);
                assertThat(consumed == length || scanner.isDone()).isTrue();
                read += consumed;
            }
        } catch (ProtocolException e) {
            assertThat(e).hasMessageContaining("of the reply, byte ");
        }
        assertThat(sink.bytes().length).isLessThanOrEqualTo(bytes.length);
    }
}
