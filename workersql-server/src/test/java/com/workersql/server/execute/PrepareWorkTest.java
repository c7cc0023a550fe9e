// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyListener;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.router.PermissionClass;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.TenantStatements;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PrepareWorkTest {
    private static final byte[] SQL = "SELECT 1".getBytes(StandardCharsets.UTF_8);
    private static final StatementInfo INFO =
            new StatementInfo(StatementKind.SELECT, true, PermissionClass.READ, Set.of(), "SELECT ?");

    private final TenantStatements.Share share = new TenantStatements(1).of("acme");
    private ReplyListener reply;

    private ClientSession session() {
        var session = Sessions.ofAcme();
        session.prepared().countWith(share);
        return session;
    }

    /** The shard takes its time, and the client does not wait for it. */
    @Test
    void aStatementThatIsPreparedWhenItsSessionIsOverCountsForNobody() {
        var session = session();
        var command = Unpooled.buffer().writeByte(Command.COM_STMT_PREPARE).writeBytes(SQL);
        new PrepareWork(session, INFO, SQL, command, false).send(connection(), silent(), error -> {});

        session.close();
        session.prepared().clear();
        var answer = Unpooled.buffer();
        new StmtPrepareOk(7, 0, 0, 0, true).encodePacket(answer, 1, CapabilityFlags.NONE);
        reply.onControl(ControlPacket.PREPARE_OK, 1, answer.skipBytes(PacketEncoder.HEADER_BYTES));

        assertThat(session().prepared().limitReached())
                .as("the tenant may prepare another")
                .isNull();
    }

    private PooledConnection connection() {
        return (PooledConnection) Proxy.newProxyInstance(
                PooledConnection.class.getClassLoader(),
                new Class<?>[] {PooledConnection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("capabilities")) {
                        return CapabilityFlags.NONE;
                    }
                    assertThat(method.getName()).isEqualTo("executePayload");
                    ((ByteBuf) arguments[1]).release();
                    reply = (ReplyListener) arguments[2];
                    return null;
                });
    }

    private static ReplyListener silent() {
        return (ReplyListener) Proxy.newProxyInstance(
                ReplyListener.class.getClassLoader(),
                new Class<?>[] {ReplyListener.class},
                (proxy, method, arguments) -> null);
    }
}
