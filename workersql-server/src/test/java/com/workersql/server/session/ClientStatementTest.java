// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.pool.StatementText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ClientStatementTest {
    private final ClientStatement statement = new ClientStatement(1, new byte[0], 2, null);

    private ByteBuf piece(int bytes) {
        return Unpooled.buffer(bytes).writeZero(bytes);
    }

    @Test
    void t07PiecesOfAllParametersTogetherStayWithinTheLimitAndTheExecutionIsToldOnce() {
        for (int i = 0; i < 10; i++) {
            statement.addLongData(i % 2, piece(100), 1000);
        }
        assertThat(statement.longDataOverflow()).isFalse();
        assertThat(statement.longData().get(0).readableBytes()).isEqualTo(500);
        ByteBuf held = statement.longData().get(0);
        ByteBuf tooMuch = piece(1);
        statement.addLongData(0, tooMuch, 1000);
        assertThat(statement.longDataOverflow()).isTrue();
        assertThat(statement.longData()).isEmpty();
        assertThat(held.refCnt()).isZero();
        assertThat(tooMuch.refCnt()).isZero();
        ByteBuf after = piece(1);
        statement.addLongData(0, after, 1000);
        assertThat(after.refCnt())
                .as("nothing is held until the execution has failed")
                .isZero();
        statement.discardLongData();
        statement.addLongData(0, Unpooled.copiedBuffer("again", StandardCharsets.UTF_8), 1000);
        assertThat(statement.longDataOverflow()).isFalse();
        assertThat(statement.longData().get(0).toString(StandardCharsets.UTF_8)).isEqualTo("again");
        statement.discardLongData();
    }

    @Test
    void theKeyOfItsCursorsIsMadeOnceForTheSameText() {
        var key = new StatementText(new byte[] {'S'}, "app", null);
        var ofCursors = statement.cursorText(key);

        assertThat(ofCursors).isNotEqualTo(key).isEqualTo(key.besides("cursor"));
        assertThat(statement.cursorText(key)).isSameAs(ofCursors);
        assertThat(statement.cursorText(new StatementText(new byte[] {'S'}, "other", null)))
                .isNotEqualTo(ofCursors);
    }

    @Test
    void smallPiecesDoNotHoldTheBuffersThatTheyCameIn() {
        ByteBuf arrived = piece(64 * 1024);
        for (int i = 0; i < 10_000; i++) {
            statement.addLongData(0, arrived.retainedSlice(i, 1), 1 << 20);
        }
        statement.addLongData(0, arrived.retainedSlice(0, 8_000), 1 << 20);
        statement.addLongData(0, arrived.retainedSlice(0, 5), 1 << 20);

        assertThat(arrived.refCnt()).as("the test's own and the large piece's").isEqualTo(2);
        var value = statement.longData().get(0);
        assertThat(value.readableBytes()).isEqualTo(18_005);
        assertThat(value.numComponents()).isLessThan(5);
        statement.discardLongData();
        arrived.release();
        assertThat(arrived.refCnt()).isZero();
        assertThat(value.refCnt()).isZero();
    }
}
