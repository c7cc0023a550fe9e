// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.QueryAttribute;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The payloads are as MySQL 9.7 and MariaDB 11.4 took them, unless a name says otherwise. */
class ParameterReaderTest {
    private static final CapabilityFlags PLAIN = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41);
    private static final CapabilityFlags ATTRIBUTES = PLAIN.with(CapabilityFlags.CLIENT_QUERY_ATTRIBUTES);
    private static final String HEAD = "17 07000000 00 01000000 ";

    @ParameterizedTest
    @CsvSource({
        "01 80, ff, 255",
        "01 00, ff, -1",
        "02 00, feff, -2",
        "02 80, feff, 65534",
        "03 00, 4d000000, 77",
        "09 00, ffffffff, -1",
        "03 80, ffffffff, 4294967295",
        "08 00, ffffffffffffffff, -1",
        "08 80, ffffffffffffffff, 18446744073709551615",
        "04 00, 0000c03f, 1.5",
        "05 00, 000000000000f03f, 1",
        "00 00, 03312e35, 1.5",
        "f6 00, 03312e35, 1.5",
        "fe 00, 026869, hi",
        "f5 00, 027b7d, {}",
        "0a 00, 04e807021d, 2024-02-29",
        "0a 00, 07e807021d010203, 2024-02-29",
        "0a 00, 00, 0000-00-00",
        "0c 00, 00, 0000-00-00 00:00:00",
        "0c 00, 04e807021d, 2024-02-29 00:00:00",
        "0c 00, 0be807021d01020340e20100, 2024-02-29 01:02:03.123456",
        "07 00, 07e807000f010203, 2024-00-15 01:02:03",
        "0b 00, 00, 00:00:00",
        "0b 00, 080101000000010203, -25:02:03",
        "0b 00, 0c000100000001020340e20100, 25:02:03.123456",
        "0d 00, e807, 2024",
        "0d 00, 3008, 2096",
        "0d 00, 0432303234, 2024"
    })
    void readsAParameterOfAnyType(String type, String value, String expected) {
        StmtExecute execute = execute(HEAD + "00 01 " + type + " 0300 " + value + " 09000000");
        ParameterReader reader = new ParameterReader().wrap(execute, PLAIN, 2, ParameterTypes.NONE, null);
        assertThat(reader.getText(0)).isEqualTo(expected);
        assertThat(reader.getLong(1)).isEqualTo(9);
    }

    @Test
    void readsNullsByTheirBit() {
        ParameterReader reader = new ParameterReader()
                .wrap(execute(HEAD + "05 01 0300 0300 fe00 05000000"), PLAIN, 3, ParameterTypes.NONE, null);
        assertThat(reader.isNull(0)).isTrue();
        assertThat(reader.getLong(1)).isEqualTo(5);
        assertThat(reader.isNull(2)).isTrue();
        assertThat(reader.type(2)).isEqualTo(ColumnType.STRING);
    }

    @Test
    void usesTheTypesOfTheLastExecutionWhenNoneAreTold() {
        ParameterTypes types = new ParameterReader()
                .wrap(execute(HEAD + "00 01 0380 05000000"), PLAIN, 1, ParameterTypes.NONE, null)
                .types();
        ParameterReader reader = new ParameterReader().wrap(execute(HEAD + "00 00 06000000"), PLAIN, 1, types, null);
        assertThat(reader.getLong(0)).isEqualTo(6);
        assertThat(reader.isUnsigned(0)).isTrue();
        assertThat(reader.types()).isSameAs(types);
    }

    @Test
    void givesTheSameTypesWhenTheyAreToldAgain() {
        ParameterTypes types = new ParameterReader()
                .wrap(execute(HEAD + "00 01 0300 05000000"), PLAIN, 1, ParameterTypes.NONE, null)
                .types();
        assertThat(new ParameterReader()
                        .wrap(execute(HEAD + "00 01 0300 05000000"), PLAIN, 1, types, null)
                        .types())
                .isSameAs(types);
    }

    @Test
    void needsNoTypesWhenAllParametersAreNull() {
        ParameterReader reader =
                new ParameterReader().wrap(execute(HEAD + "03 00"), PLAIN, 2, ParameterTypes.NONE, null);
        assertThat(reader.isNull(0)).isTrue();
        assertThat(reader.isNull(1)).isTrue();
        assertThat(reader.type(0)).isEqualTo(ColumnType.NULL);
    }

    @Test
    void refusesAValueWhoseTypeWasNeverTold() {
        assertThatThrownBy(() -> new ParameterReader()
                        .wrap(execute(HEAD + "00 00 05000000"), PLAIN, 1, ParameterTypes.NONE, null))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("its type was never told")
                .extracting(e -> ((ProtocolException) e).errno())
                .isEqualTo(1210);
    }

    @Test
    void takesNoValueForLongDataEvenWithItsNullBitSet() {
        BitSet longData = new BitSet();
        longData.set(0);
        for (String nulls : List.of("00", "01")) {
            ParameterReader reader = new ParameterReader()
                    .wrap(execute(HEAD + nulls + " 01 fc00 0300 05000000"), PLAIN, 2, ParameterTypes.NONE, longData);
            assertThat(reader.isLongData(0)).isTrue();
            assertThat(reader.isNull(0)).isFalse();
            assertThatThrownBy(() -> reader.getBytes(0))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("parameter 0 has no value here");
            assertThat(reader.getLong(1)).isEqualTo(5);
        }
    }

    @Test
    void ignoresBytesBehindAStatementWithoutParameters() {
        assertThat(new ParameterReader()
                        .wrap(execute(HEAD + "00"), PLAIN, 0, ParameterTypes.NONE, null)
                        .count())
                .isZero();
        assertThat(execute("17 07000000 00 07000000").iterations()).isEqualTo(7);
    }

    @Test
    void readsTheCountAndTheNamesWithQueryAttributesWhetherTheCountIsFlaggedOrNot() {
        for (String flags : List.of("00", "08")) {
            ParameterReader reader = new ParameterReader()
                    .wrap(
                            execute("17 07000000 " + flags + " 01000000 02 00 01 0300 00 fe00 016e 05000000 03616263"),
                            ATTRIBUTES,
                            1,
                            ParameterTypes.NONE,
                            null);
            assertThat(reader.getLong(0)).isEqualTo(5);
            assertThat(reader.attributes())
                    .containsExactly(new QueryAttribute("n", 0xFE, Bytes.of(new byte[] {3, 'a', 'b', 'c'})));
        }
    }

    @Test
    void readsAttributesOfAStatementWithoutParametersWhenTheCountIsFlagged() {
        ParameterReader reader = new ParameterReader()
                .wrap(execute("17 07000000 08 01000000 01 01 01 fe00 016e"), ATTRIBUTES, 0, ParameterTypes.NONE, null);
        assertThat(reader.attributes()).containsExactly(new QueryAttribute("n", 0xFE, null));
        assertThat(new ParameterReader()
                        .wrap(execute(HEAD), ATTRIBUTES, 0, ParameterTypes.NONE, null)
                        .attributes())
                .isEmpty();
    }

    @Test
    void refusesAttributesWithoutTypesAndCountsBelowTheStatements() {
        assertThatThrownBy(() -> new ParameterReader()
                        .wrap(execute("17 07000000 08 01000000 02 00 00"), ATTRIBUTES, 1, ParameterTypes.NONE, null))
                .isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> new ParameterReader()
                        .wrap(execute("17 07000000 08 01000000 01 00 01"), ATTRIBUTES, 2, ParameterTypes.NONE, null))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void refusesEveryTruncation() {
        String whole = HEAD + "00 01 0300 fe00 0c00 05000000 026869 0be807021d01020340e20100";
        byte[] bytes = hex(whole);
        for (int length = 10; length < bytes.length; length++) {
            ByteBuf payload = Unpooled.wrappedBuffer(bytes, 0, length);
            StmtExecute execute = (StmtExecute) ClientCommand.decode(payload, PLAIN);
            assertThatThrownBy(() -> new ParameterReader().wrap(execute, PLAIN, 3, ParameterTypes.NONE, null))
                    .isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void throwsNothingButProtocolExceptionOnRandomBytes() {
        Random random = new Random(5);
        ParameterReader reader = new ParameterReader();
        for (int round = 0; round < 100_000; round++) {
            byte[] bytes = new byte[10 + random.nextInt(50)];
            random.nextBytes(bytes);
            bytes[0] = 0x17;
            if (random.nextBoolean() && bytes.length > 14) {
                bytes[10] = (byte) random.nextInt(4);
                bytes[11] = (byte) random.nextInt(2);
            }
            int count = random.nextInt(5);
            BitSet longData = new BitSet();
            longData.set(random.nextInt(8));
            try {
                StmtExecute execute = (StmtExecute) ClientCommand.decode(Unpooled.wrappedBuffer(bytes), PLAIN);
                CapabilityFlags capabilities = random.nextBoolean() ? PLAIN : ATTRIBUTES;
                reader.wrap(execute, capabilities, count, ParameterTypes.NONE, longData);
                for (int i = 0; i < count; i++) {
                    if (!reader.isNull(i) && !reader.isLongData(i)) {
                        assertThat(reader.getText(i)).isNotNull();
                    }
                }
                new ParameterWriter().rewrite(Unpooled.buffer(), 1, execute, reader, PLAIN, null);
            } catch (ProtocolException e) {
                assertThat(e.errno()).isIn(1835, 1210);
            }
        }
    }

    @Test
    void writesAnExecutionForAnotherStatementWithItsTypes() {
        ParameterTypes types = new ParameterReader()
                .wrap(execute(HEAD + "00 01 0380 fe00 05000000 0178"), PLAIN, 2, ParameterTypes.NONE, null)
                .types();
        StmtExecute again = execute("17 07000000 01 01000000 00 00 06000000 0179");
        ParameterReader reader = new ParameterReader().wrap(again, PLAIN, 2, types, null);
        ByteBuf out = Unpooled.buffer();
        new ParameterWriter().rewrite(out, 99, again, reader, PLAIN, null);
        assertThat(ByteBufUtil.getBytes(out)).isEqualTo(hex("17 63000000 01 01000000 00 01 0380 fe00 06000000 0179"));
    }

    @Test
    void writesLongDataAsAValueWhereItWasKept() {
        BitSet longData = new BitSet();
        longData.set(1);
        StmtExecute execute = execute(HEAD + "00 01 0300 fc00 06000000");
        ParameterReader reader = new ParameterReader().wrap(execute, PLAIN, 2, ParameterTypes.NONE, longData);
        ByteBuf out = Unpooled.buffer();
        new ParameterWriter()
                .rewrite(out, 7, execute, reader, PLAIN, i -> Unpooled.copiedBuffer("data", StandardCharsets.UTF_8));
        assertThat(ByteBufUtil.getBytes(out)).isEqualTo(hex(HEAD + "00 01 0300 fc00 06000000 0464617461"));
        ByteBuf sent = Unpooled.buffer();
        new ParameterWriter().rewrite(sent, 7, execute, reader, PLAIN, null);
        assertThat(ByteBufUtil.getBytes(sent)).isEqualTo(hex(HEAD + "00 01 0300 fc00 06000000"));
    }

    @Test
    void addsAndDropsAttributesByTheReceiversCapabilities() {
        String withAttribute = "17 07000000 08 01000000 02 00 01 0300 00 fe00 016e 05000000 03616263";
        StmtExecute execute = execute(withAttribute);
        ParameterReader reader = new ParameterReader().wrap(execute, ATTRIBUTES, 1, ParameterTypes.NONE, null);
        ByteBuf same = Unpooled.buffer();
        new ParameterWriter().rewrite(same, 7, execute, reader, ATTRIBUTES, null);
        assertThat(ByteBufUtil.getBytes(same)).isEqualTo(hex(withAttribute));
        ByteBuf plain = Unpooled.buffer();
        new ParameterWriter().rewrite(plain, 7, execute, reader, PLAIN, null);
        assertThat(ByteBufUtil.getBytes(plain)).isEqualTo(hex(HEAD + "00 01 0300 05000000"));
    }

    @Test
    void writesWhatItsReaderReads() {
        ByteBuf out = Unpooled.buffer();
        ParameterWriter writer = new ParameterWriter().begin(out, 7, 0, 8, List.of(), ATTRIBUTES);
        writer.addNull()
                .addLong(-5)
                .addUnsignedLong(-1)
                .addDouble(0.1)
                .addDecimal("-1.50")
                .addText("grün")
                .addBytes(new byte[] {0, -1})
                .addValue(ColumnType.DATE, false, Unpooled.wrappedBuffer(hex("e807021d")))
                .end();
        StmtExecute execute = (StmtExecute) ClientCommand.decode(out, ATTRIBUTES);
        ParameterReader reader = new ParameterReader().wrap(execute, ATTRIBUTES, 8, ParameterTypes.NONE, null);
        assertThat(reader.isNull(0)).isTrue();
        assertThat(reader.getLong(1)).isEqualTo(-5);
        assertThat(reader.getUnsignedLong(2)).isEqualTo(-1);
        assertThat(reader.getDouble(3)).isEqualTo(0.1);
        assertThat(reader.getDecimalText(4)).isEqualTo("-1.50");
        assertThat(reader.getText(5)).isEqualTo("grün");
        assertThat(ByteBufUtil.getBytes(reader.getBytes(6))).isEqualTo(new byte[] {0, -1});
        assertThat(reader.getText(7)).isEqualTo("2024-02-29");
    }

    @Test
    void refusesToWriteMoreOrFewerParametersThanAnnounced() {
        ParameterWriter writer = new ParameterWriter().begin(Unpooled.buffer(), 1, 0, 1, List.of(), PLAIN);
        assertThatThrownBy(writer::end).isInstanceOf(IllegalStateException.class);
        writer.addLong(1);
        assertThatThrownBy(() -> writer.addLong(2)).isInstanceOf(IllegalStateException.class);
    }

    private static StmtExecute execute(String hex) {
        return (StmtExecute) ClientCommand.decode(Unpooled.wrappedBuffer(hex(hex)), PLAIN);
    }

    private static byte[] hex(String hex) {
        return ByteBufUtil.decodeHexDump(hex.replace(" ", ""));
    }
}
