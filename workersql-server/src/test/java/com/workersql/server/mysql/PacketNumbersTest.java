// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.frame.PacketEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class PacketNumbersTest {

    private static final int[] PAYLOADS = {1, 0, 300, 7, 0, 70_000, 4};

    private static ByteBuf packets() {
        var out = Unpooled.buffer();
        for (int i = 0; i < PAYLOADS.length; i++) {
            PacketEncoder.write(out, 1 + i, Unpooled.buffer().writeZero(PAYLOADS[i]));
        }
        return out;
    }

    @Test
    void packetsAreNumberedThroughWhereverTheyAreCut() {
        for (int cut : new int[] {1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 300, 5_000}) {
            var whole = packets();
            var numbers = new PacketNumbers(253);
            for (int at = 0; at < whole.writerIndex(); at += cut) {
                numbers.renumber(whole.slice(at, Math.min(cut, whole.writerIndex() - at)));
            }
            int at = 0;
            for (int i = 0; i < PAYLOADS.length; i++) {
                assertThat(whole.getUnsignedMediumLE(at)).isEqualTo(PAYLOADS[i]);
                assertThat(whole.getUnsignedByte(at + 3))
                        .as("cut %d, packet %d", cut, i)
                        .isEqualTo((short) ((253 + i) & 0xFF));
                at += 4 + PAYLOADS[i];
            }
            assertThat(numbers.next()).isEqualTo((253 + PAYLOADS.length) & 0xFF);
        }
    }
}
