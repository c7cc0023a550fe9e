// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.Command;
import com.workersql.router.PermissionClass;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.ClientStatement;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PreparedStatementExecutorTest {
    private final ClientSession session = Sessions.ofAcme();
    private final List<GatewayError> errors = new ArrayList<>();

    @Test
    void refusesAnExecutionWhoseLongDataWasTooMuchInsteadOfRunningItWithout() {
        var info = new StatementInfo(StatementKind.DO, true, PermissionClass.READ, Set.of(), "DO ?");
        var statement = new ClientStatement(7, "DO ?".getBytes(StandardCharsets.UTF_8), 1, info);
        session.prepared().add(statement);
        var prepared = new PreparedStatementExecutor(null, 8);
        prepared.sendLongData(session, longData("12345"));
        prepared.sendLongData(session, longData("67890"));

        // Its parameter is NULL by its bit, as some clients set it beside long data.
        var command = Unpooled.buffer()
                .writeByte(Command.COM_STMT_EXECUTE)
                .writeIntLE(7)
                .writeByte(0)
                .writeIntLE(1)
                .writeByte(1)
                .writeByte(1)
                .writeShortLE(0xFC);
        prepared.execute(session, command, target());

        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.errno()).isEqualTo(1153);
            assertThat(error.message()).contains("8 bytes (limits.max_packet_bytes)");
        });
        assertThat(command.refCnt()).isZero();
        assertThat(statement.longDataOverflow()).as("told once").isFalse();
    }

    private static ByteBuf longData(String piece) {
        return Unpooled.buffer()
                .writeByte(Command.COM_STMT_SEND_LONG_DATA)
                .writeIntLE(7)
                .writeShortLE(0)
                .writeBytes(piece.getBytes(StandardCharsets.UTF_8));
    }

    /** Hears of errors; anything else is one. */
    private ReplyTarget target() {
        return (ReplyTarget) Proxy.newProxyInstance(
                ReplyTarget.class.getClassLoader(), new Class<?>[] {ReplyTarget.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("failed");
                    errors.add((GatewayError) arguments[0]);
                    return null;
                });
    }
}
