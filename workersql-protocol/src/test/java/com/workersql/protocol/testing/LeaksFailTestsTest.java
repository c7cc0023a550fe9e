// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.Test;

class LeaksFailTestsTest {
    @Test
    void findsABufferThatNobodyReleases() {
        assumeThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        leak();
        String found = null;
        // When the collector takes it is its own affair; it does in the first rounds.
        for (int i = 0; i < 50 && found == null; i++) {
            found = LeaksFailTests.findLeak();
        }
        assertThat(found).contains("ByteBuf");
    }

    @Test
    void findsNothingWhereAllIsReleased() {
        PooledByteBufAllocator.DEFAULT.buffer(16).release();
        assertThat(LeaksFailTests.findLeak()).isNull();
    }

    private static void leak() {
        ByteBuf lost = PooledByteBufAllocator.DEFAULT.buffer(16);
        lost.writeByte(1);
    }
}
