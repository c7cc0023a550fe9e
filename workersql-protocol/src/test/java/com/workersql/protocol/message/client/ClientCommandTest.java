// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.session.ReplyKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientCommandTest {
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH);

    private static ByteBuf hex(String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
    }

    private static ClientCommand decode(String hex) {
        return ClientCommand.decode(hex(hex), CAPABILITIES);
    }

    private static String encode(ClientCommand command) {
        ByteBuf out = Unpooled.buffer();
        command.encode(out, CAPABILITIES);
        return ByteBufUtil.hexDump(out);
    }

    /** One payload per command, by the documentation of the protocol. */
    @ParameterizedTest
    @CsvSource({
        "01, Quit",
        "0274657374, InitDb",
        "0373656c6563742031, Query",
        "04740025612a, FieldList",
        "09, Statistics",
        "0a, ProcessInfo",
        "0c2a000000, ProcessKill",
        "0d, Debug",
        "0e, Ping",
        "11750002786173680021006e00, ChangeUser",
        "12040000000000650000006d7973716c2d62696e2e303030303031, BinlogDump",
        "156500000004686f73740475736572027077ea0c0000000000000000, RegisterReplica",
        "1673656c656374203f, StmtPrepare",
        "17010000000001000000, StmtExecute",
        "18010000000000616263, StmtSendLongData",
        "1901000000, StmtClose",
        "1a01000000, StmtReset",
        "1b0100, SetOption",
        "1c010000000a000000, StmtFetch",
        "1e040065000000000000000400000000000000080000000000000000000000, BinlogDumpGtid",
        "1f, ResetConnection",
        "fa0100000080000300000a000000, StmtBulkExecute",
        "07ff, Unknown",
        "20, Unknown",
    })
    void readsAndWritesEachCommand(String payload, String type) {
        ClientCommand command = decode(payload);

        assertThat(command.getClass().getSimpleName()).isEqualTo(type);
        assertThat(command.command()).isEqualTo(Integer.parseInt(payload.substring(0, 2), 16));
        assertThat(encode(command)).isEqualTo(payload);
    }

    /** What a client may not say is typed all the same: a server answers 1047 and goes on. */
    @Test
    void givesATypeToEveryFirstByte() {
        Map<String, Integer> counts = new HashMap<>();
        for (int first = 0; first < 256; first++) {
            ByteBuf payload = Unpooled.buffer().writeByte(first).writeZero(64);
            ClientCommand command = ClientCommand.decode(payload, CAPABILITIES);

            assertThat(command.command()).isEqualTo(first);
            counts.merge(command instanceof Unknown ? "unknown" : "known", 1, Integer::sum);
        }
        assertThat(counts).containsEntry("known", 22).containsEntry("unknown", 234);
    }

    @Test
    void refusesAnEmptyPayloadAsAnUnknownCommand() {
        assertThatThrownBy(() -> ClientCommand.decode(Unpooled.EMPTY_BUFFER, CAPABILITIES))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.errno()).isEqualTo(1047));
    }

    /** Some old clients end the text by a NUL, which is no part of it; one inside is. */
    @ParameterizedTest
    @ValueSource(ints = {Command.COM_QUERY, Command.COM_STMT_PREPARE})
    void takesOneNulBehindAStatementAway(int command) {
        ByteBuf payload = Unpooled.buffer().writeByte(command);
        payload.writeBytes("select 'a\0b'\0".getBytes(StandardCharsets.US_ASCII));
        ClientCommand decoded = ClientCommand.decode(payload, CAPABILITIES);
        ByteBuf sql = decoded instanceof Query query ? query.sql() : ((StmtPrepare) decoded).sql();

        assertThat(sql.toString(StandardCharsets.US_ASCII)).isEqualTo("select 'a\0b'");
    }

    /** COM_STMT_CLOSE, COM_STMT_SEND_LONG_DATA and COM_QUIT are never answered: who counts replies leaves them out. */
    @Test
    void knowsWhichCommandsAreNotAnswered() {
        assertThat(ReplyKind.of(new StmtClose(1))).isEqualTo(ReplyKind.NONE);
        assertThat(ReplyKind.of(new StmtSendLongData(1, 0, Unpooled.EMPTY_BUFFER)))
                .isEqualTo(ReplyKind.NONE);
        assertThat(ReplyKind.of(new Quit())).isEqualTo(ReplyKind.NONE);
        assertThat(ReplyKind.of(new StmtReset(1))).isEqualTo(ReplyKind.OK_ONLY);
        assertThat(ReplyKind.of(new ProcessInfo())).isEqualTo(ReplyKind.QUERY);
        assertThatThrownBy(() -> ReplyKind.of(new Unknown(7, Unpooled.EMPTY_BUFFER)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** COM_SET_OPTION knows two values, COM_CHANGE_USER that is cut off is answered as if it were not known. */
    @ParameterizedTest
    @ValueSource(strings = {"1b", "1b02", "1b0200", "1bffff", "11", "1175", "117500ff", "117500037861"})
    void answersBadOptionsAndCutOffChangesOfTheUserBy1047(String payload) {
        assertThatThrownBy(() -> decode(payload))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.errno()).isEqualTo(1047));
    }

    @Test
    void readsTheGtidsOfADumpByGtid() {
        String payload = "1e04006500000000000000" + "0400000000000000" + "30000000" + "0100000000000000"
                + "3e11fa4771ca11e19e33c80aa9429562" + "0100000000000000" + "0100000000000000" + "0600000000000000";
        BinlogDumpGtid dump = (BinlogDumpGtid) decode(payload);

        assertThat(dump.flags()).isEqualTo(BinlogDumpGtid.THROUGH_GTID);
        assertThat(dump.serverId()).isEqualTo(101);
        assertThat(dump.position()).isEqualTo(4);
        assertThat(dump.executed()).hasToString("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5");
        assertThat(encode(dump)).isEqualTo(payload);
    }

    @Test
    void readsAndWritesSetsOfGtidsAsTheServerPrintsThem() {
        String text = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7,4e11fa47-71ca-11e1-9e33-c80aa9429562:3";
        BinlogDumpGtid dump = new BinlogDumpGtid(4, 7, "", 4, GtidSet.parse(text));

        assertThat(GtidSet.parse(text)).hasToString(text);
        assertThat(decode(encode(dump))).isEqualTo(dump);
        assertThat(GtidSet.parse("")).isEqualTo(GtidSet.EMPTY);
        assertThatThrownBy(() -> GtidSet.parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:bad-tag:1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** As a MySQL 9.7 writes such a set into its binary log: see {@code MySqlBinlogIT}. */
    @Test
    void readsAndWritesGtidsWithTagsInTheFormThatHasThem() {
        String source = "3e11fa4771ca11e19e33c80aa9429562";
        String payload = "1e04006500000000000000" + "0400000000000000" + "5d000000" + "0102000000000001"
                + source + "00" + "0100000000000000" + "0100000000000000" + "0600000000000000"
                + source + "06746167" + "0100000000000000" + "0200000000000000" + "0300000000000000";
        BinlogDumpGtid dump = (BinlogDumpGtid) decode(payload);

        assertThat(dump.executed()).hasToString("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:tag:2");
        assertThat(encode(dump)).isEqualTo(payload);
    }

    @Test
    void readsTagsAsTheServerPrintsThem() {
        String text = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7:a:1:b_2:3-4,4e11fa47-71ca-11e1-9e33-c80aa9429562:a:3";
        GtidSet set = GtidSet.parse(text);
        assertThat(set).hasToString(text);
        assertThat(set.intervals().get(3))
                .isEqualTo(new GtidSet.Interval(UUID.fromString("3e11fa47-71ca-11e1-9e33-c80aa9429562"), "b_2", 3, 4));
        BinlogDumpGtid dump = new BinlogDumpGtid(4, 7, "", 4, set);
        assertThat(decode(encode(dump))).isEqualTo(dump);
        assertThat(GtidSet.parse("3E11FA47-71CA-11E1-9E33-C80AA9429562:Tag:1"))
                .hasToString("3e11fa47-71ca-11e1-9e33-c80aa9429562:tag:1");
        // A text whose intervals of one source stand apart says the same when it is put together.
        assertThat(GtidSet.parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:a:1,3e11fa47-71ca-11e1-9e33-c80aa9429562:2"))
                .hasToString("3e11fa47-71ca-11e1-9e33-c80aa9429562:2:a:1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0101000000000002", // a form that is not known
                "0101000000000001" + "3e11fa4771ca11e19e33c80aa9429562" + "03" + "0000000000000000",
                "0101000000000001" + "3e11fa4771ca11e19e33c80aa9429562" + "42" + "0000000000000000",
                "0101000000000001" + "3e11fa4771ca11e19e33c80aa9429562" + "0241" + "0000000000000000"
            })
    void refusesSetsOfGtidsThatAreNone(String set) {
        ByteBuf length = Unpooled.buffer().writeIntLE(set.length() / 2);
        String payload = "1e0400650000000000000004000000000000" + "00" + ByteBufUtil.hexDump(length) + set;
        assertThatThrownBy(() -> decode(payload)).isInstanceOf(ProtocolException.class);
    }

    /** P4: counts that no bytes stand behind allocate nothing and end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e0400650000000000000004000000000000000800000000ffffffffffff7f",
                "1e04006500000000000000040000000000000008000000ffffffffffffffff",
                "1e04006500000000000000040000000000000008000000ffffffff00000000",
                "1e0400650000007fffffff",
                "1e040065000000ffffffff",
                "1e040065000000000000000400000000000000ffffffff",
            })
    void refusesCountsWithoutTheirBytes(String payload) {
        assertThatThrownBy(() -> decode(payload)).isInstanceOf(ProtocolException.class);
    }

    @Test
    void setsUpAReplicaOfMariaDb() {
        MariaDbGtidPosition position = MariaDbGtidPosition.parse("0-1-100, 1-2-18446744073709551615");

        assertThat(position.setupStatements()).contains("SET @slave_connect_state='0-1-100,1-2-18446744073709551615'");
        assertThat(encode(MariaDbGtidPosition.dump(BinlogDump.NON_BLOCK, 101))).isEqualTo("1204000000010065000000");
        assertThatThrownBy(() -> MariaDbGtidPosition.parse("0-1-1'; DROP TABLE t"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Every command at every prefix: a value or a ProtocolException. */
    @Test
    void isTotalOnEveryPrefixOfEveryCommand() {
        byte[] tail = ByteBufUtil.decodeHexDump("0102030405060708090a0b0c0d0e0f00fffbfcfdfe0000000000000000000000");
        for (int first = 0; first < 256; first++) {
            for (int length = 0; length <= tail.length; length++) {
                ByteBuf payload = Unpooled.buffer().writeByte(first).writeBytes(tail, 0, length);
                try {
                    assertThat(ClientCommand.decode(payload, CAPABILITIES).command())
                            .isEqualTo(first);
                } catch (ProtocolException e) {
                    assertThat(e.errno()).isIn(1047, 1835);
                }
            }
        }
    }
}
