// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.server.config.StatementsConfig;
import com.workersql.server.config.yaml.Setting;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;
import io.netty.buffer.ByteBuf;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private long nanos = 42;

    private static ClientSession session(String tenant) {
        return Sessions.of(tenant);
    }

    private Admission admission(Setting setting, long value) {
        return new Admission(StatementsConfig.of(Map.of(setting, value)), () -> nanos);
    }

    @Test
    void refusesTheNewestStatementAboveTheLimitOfAll() {
        var admission = admission(StatementsConfig.MAX_CONCURRENT, 2);
        var first = admission.admit(session("acme"), new Heard());
        admission.admit(session("globex"), new Heard());
        var third = new Heard();

        assertThat(admission.admit(session(null), third)).isNull();
        assertThat(third.error.errno()).isEqualTo(1203);
        assertThat(third.error.message()).contains("2 at one time (statements.max_concurrent)");
        assertThat(third.error.errorClass()).isEqualTo(ErrorClass.UNAVAILABLE);
        assertThat(third.error.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        assertThat(admission.refused()).isEqualTo(1);

        first.ok(new LocalOk(0));
        assertThat(admission.admit(session(null), third)).isNotNull();
        assertThat(admission.running()).isEqualTo(2);
    }

    @Test
    void aTenantAtItsLimitCostsOnlyItself() {
        var admission = admission(StatementsConfig.MAX_CONCURRENT_PER_TENANT, 1);
        assertThat(admission.admit(session("acme"), new Heard())).isNotNull();
        var second = new Heard();

        assertThat(admission.admit(session("acme"), second)).isNull();
        assertThat(second.error.message()).contains("statements.max_concurrent_per_tenant");
        assertThat(second.error.errorClass()).isEqualTo(ErrorClass.QUOTA);
        assertThat(admission.admit(session("globex"), new Heard())).isNotNull();
        assertThat(admission.running()).isEqualTo(2);
    }

    @Test
    void limitsTheRateOfATenant() {
        var admission = admission(StatementsConfig.MAX_PER_SECOND_PER_TENANT, 5);
        int admitted = 0;
        for (int i = 0; i < 20; i++) {
            var heard = new Heard();
            var target = admission.admit(session("acme"), heard);
            if (target != null) {
                admitted++;
                target.ok(new LocalOk(0));
            } else {
                assertThat(heard.error.message()).contains("5 in a second (statements.max_per_second_per_tenant)");
            }
        }
        assertThat(admitted).isEqualTo(5);
        nanos += 400_000_000;
        assertThat(admission.admit(session("acme"), new Heard())).isNotNull();
        assertThat(admission.admit(session("acme"), new Heard())).isNotNull();
        assertThat(admission.admit(session("acme"), new Heard())).isNull();
    }

    @Test
    void neverRefusesASessionInATransaction() {
        var admission = admission(StatementsConfig.MAX_CONCURRENT, 1);
        admission.admit(session("acme"), new Heard());
        var inTransaction = session("acme");
        inTransaction.transaction().statusFlags(StatusFlags.SERVER_STATUS_IN_TRANS);

        assertThat(admission.admit(inTransaction, new Heard())).isNotNull();
    }

    @Test
    void countsTheEndOfAStatementOnce() {
        var admission = admission(StatementsConfig.MAX_CONCURRENT, 10);
        var target = admission.admit(session("acme"), new Heard());
        target.failed(GatewayError.notExecuted("test"));
        target.failed(GatewayError.notExecuted("test"));

        assertThat(admission.running()).isZero();
    }

    private static final class Heard implements ReplyTarget {
        private GatewayError error;

        @Override
        public void begin(CapabilityFlags capabilities, Relay relay) {}

        @Override
        public void forward(ByteBuf packets) {}

        @Override
        public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {}

        @Override
        public void completed(ReplyStatus status) {}

        @Override
        public void ok(LocalOk ok) {}

        @Override
        public void rows(LocalRows rows) {}

        @Override
        public void failed(GatewayError failure) {
            error = failure;
        }
    }
}
