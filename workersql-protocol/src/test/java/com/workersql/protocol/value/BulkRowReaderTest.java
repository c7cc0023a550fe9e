// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.StmtBulkExecute;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BulkRowReaderTest {
    /** An unsigned INT and a VARCHAR; the second row is NULL and DEFAULT, the third IGNORE and an empty text. */
    private static final String TYPES = "0380" + "0f00";

    private static final String ROWS = "00ffffffff" + "0003616263" + "01" + "02" + "03" + "0000";

    private final BulkRowReader reader = new BulkRowReader();

    private static StmtBulkExecute decode(int flags, String body) {
        String head = String.format("fa01000000%02x00", flags);
        return (StmtBulkExecute) ClientCommand.decode(
                Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(head + body)), CapabilityFlags.NONE);
    }

    @Test
    void readsRowsWithTheirIndicators() {
        reader.wrap(decode(StmtBulkExecute.SEND_TYPES_TO_SERVER, TYPES + ROWS), 2, ParameterTypes.NONE);

        assertThat(reader.next()).isTrue();
        assertThat(reader.getLong(0)).isEqualTo(0xFFFF_FFFFL);
        assertThat(reader.getText(1)).isEqualTo("abc");
        assertThat(reader.next()).isTrue();
        assertThat(reader.isNull(0)).isTrue();
        assertThat(reader.indicator(0)).isEqualTo(StmtBulkExecute.INDICATOR_NULL);
        assertThat(reader.indicator(1)).isEqualTo(StmtBulkExecute.INDICATOR_DEFAULT);
        assertThat(reader.next()).isTrue();
        assertThat(reader.indicator(0)).isEqualTo(StmtBulkExecute.INDICATOR_IGNORE);
        assertThat(reader.getText(1)).isEmpty();
        assertThat(reader.next()).isFalse();
    }

    @Test
    void readsWhatMariaDbConnectorJSends() {
        String recorded = "faffffffff8000fd00f6000c00fc0000026130" + "0004312e3530" + "000be807010203040570580a00"
                + "000200ff" + "00026131" + "0004312e3530" + "000be807010203040570580a00" + "000200ff";
        reader.wrap(
                (StmtBulkExecute) ClientCommand.decode(
                        Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(recorded)), CapabilityFlags.NONE),
                4,
                ParameterTypes.NONE);

        assertThat(reader.next()).isTrue();
        assertThat(reader.getText(0)).isEqualTo("a0");
        assertThat(reader.getDecimalText(1)).isEqualTo("1.50");
        assertThat(reader.getText(2)).isEqualTo("2024-01-02 03:04:05.678000");
        assertThat(ByteBufUtil.hexDump(reader.getBytes(3))).isEqualTo("00ff");
        assertThat(reader.next()).isTrue();
        assertThat(reader.getText(0)).isEqualTo("a1");
        assertThat(reader.next()).isFalse();
    }

    @Test
    void remembersTheTypesOfTheLastExecution() {
        ParameterTypes told = reader.wrap(
                        decode(StmtBulkExecute.SEND_TYPES_TO_SERVER, TYPES + ROWS), 2, ParameterTypes.NONE)
                .types();

        assertThat(reader.wrap(decode(0, ROWS), 2, told).types()).isSameAs(told);
        assertThat(reader.next()).isTrue();
        assertThat(reader.getText(0)).isEqualTo("4294967295");
    }

    @Test
    void refusesValuesWhoseTypesWereNeverTold() {
        assertThatThrownBy(() -> reader.wrap(decode(0, ROWS), 2, ParameterTypes.NONE))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.errno()).isEqualTo(1210));
    }

    @ParameterizedTest
    @ValueSource(strings = {"04", "ff", "00", "00ffffff", "0000000000", "00000000000004616263", "0000000000ff"})
    void refusesRowsThatAreCutOffOrHaveOtherIndicators(String rows) {
        reader.wrap(decode(StmtBulkExecute.SEND_TYPES_TO_SERVER, TYPES + rows), 2, ParameterTypes.NONE);

        assertThatThrownBy(reader::next).isInstanceOf(ProtocolException.class);
    }

    @Test
    void refusesTypesThatAreCutOff() {
        assertThatThrownBy(
                        () -> reader.wrap(decode(StmtBulkExecute.SEND_TYPES_TO_SERVER, "0380"), 2, ParameterTypes.NONE))
                .isInstanceOf(ProtocolException.class);
    }
}
