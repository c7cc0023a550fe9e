// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.SessionTrack;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatementIdReportTest {
    private static final CapabilityFlags TRACKING =
            new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_SESSION_TRACK);

    private static final SessionTrack ID = new SessionTrack.SystemVariable("statement_id", "37259");

    @Test
    void knowsAnOkThatReportsNothingElse() {
        assertThat(StatementIdReport.isAllOf(ok("", ID))).isTrue();
    }

    @Test
    void anythingBesideItIsAReport() {
        assertThat(StatementIdReport.isAllOf(ok("Rows matched: 1", ID))).isFalse();
        assertThat(StatementIdReport.isAllOf(ok("", ID, new SessionTrack.StateChange(true))))
                .isFalse();
        assertThat(StatementIdReport.isAllOf(ok("", new SessionTrack.Schema("statement_id"))))
                .isFalse();
        assertThat(StatementIdReport.isAllOf(ok("", new SessionTrack.SystemVariable("statement_is", "37259"))))
                .isFalse();
        assertThat(StatementIdReport.isAllOf(ok("text"))).isFalse();
        assertThat(StatementIdReport.isAllOf(ok(""))).isFalse();
    }

    private static ByteBuf ok(String info, SessionTrack... changes) {
        var payload = Unpooled.buffer();
        new Ok(false, 300, 1, 2, 0, info, List.of(changes)).encode(payload, TRACKING);
        return payload;
    }
}
