// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message;

import static net.jqwik.api.Combinators.combine;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.client.AuthResponse;
import com.workersql.protocol.message.client.BinlogDump;
import com.workersql.protocol.message.client.BinlogDumpGtid;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.ClientMessage;
import com.workersql.protocol.message.client.Debug;
import com.workersql.protocol.message.client.FieldList;
import com.workersql.protocol.message.client.GtidSet;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.InitDb;
import com.workersql.protocol.message.client.Ping;
import com.workersql.protocol.message.client.ProcessInfo;
import com.workersql.protocol.message.client.ProcessKill;
import com.workersql.protocol.message.client.Query;
import com.workersql.protocol.message.client.QueryAttribute;
import com.workersql.protocol.message.client.Quit;
import com.workersql.protocol.message.client.RegisterReplica;
import com.workersql.protocol.message.client.ResetConnection;
import com.workersql.protocol.message.client.SetOption;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.client.Statistics;
import com.workersql.protocol.message.client.StmtBulkExecute;
import com.workersql.protocol.message.client.StmtClose;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.message.client.StmtFetch;
import com.workersql.protocol.message.client.StmtPrepare;
import com.workersql.protocol.message.client.StmtReset;
import com.workersql.protocol.message.client.StmtSendLongData;
import com.workersql.protocol.message.client.Unknown;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Any message of a client that can be told under some capabilities. */
final class ClientMessages {
    private ClientMessages() {}

    static Arbitrary<? extends ClientMessage> under(CapabilityFlags capabilities) {
        Arbitrary<Integer> id = Arbitraries.integers();
        return Arbitraries.oneOf(List.of(
                sslRequest().map(ClientMessage.class::cast),
                response().map(ClientMessage.class::cast),
                Fields.bytes(600).map(AuthResponse::new),
                query(capabilities).map(ClientMessage.class::cast),
                changeUser(capabilities).map(ClientMessage.class::cast),
                binlogDumpGtid().map(ClientMessage.class::cast),
                combine(id, Fields.uint16(), id, Fields.text()).as(BinlogDump::new),
                registerReplica().map(ClientMessage.class::cast),
                Arbitraries.of(
                        new Debug(),
                        new Ping(),
                        new ProcessInfo(),
                        new Quit(),
                        new ResetConnection(),
                        new Statistics(),
                        new SetOption(0),
                        new SetOption(1)),
                combine(Fields.name(), Fields.text()).as(FieldList::new),
                Fields.text().map(InitDb::new),
                id.map(ProcessKill::new),
                Fields.buffer().map(StmtPrepare::new),
                combine(id, Fields.uint16(), Fields.buffer()).as(StmtBulkExecute::new),
                combine(id, Fields.uint8(), id, Fields.buffer()).as(StmtExecute::new),
                combine(id, Fields.uint16(), Fields.buffer()).as(StmtSendLongData::new),
                id.map(StmtClose::new),
                id.map(StmtReset::new),
                combine(id, id).as(StmtFetch::new),
                combine(
                                Arbitraries.of(0x00, 0x05, 0x0B, 0x0F, 0x14, 0x1D, 0x20, 0x80, 0xF9, 0xFE, 0xFF),
                                Fields.buffer())
                        .as(Unknown::new)));
    }

    /** MariaDB's half is told only without the flag that says MySQL. */
    private static CapabilityFlags told(long bits) {
        CapabilityFlags flags = new CapabilityFlags(bits).with(CapabilityFlags.CLIENT_PROTOCOL_41);
        return flags.has(CapabilityFlags.CLIENT_LONG_PASSWORD) ? CapabilityFlags.of(flags.low(), 0) : flags;
    }

    private static Arbitrary<SslRequest> sslRequest() {
        return combine(Arbitraries.longs(), Arbitraries.integers(), Fields.uint16())
                .as((bits, max, collation) -> new SslRequest(told(bits), max, collation));
    }

    private static Arbitrary<HandshakeResponse41> response() {
        return combine(
                        Arbitraries.longs(),
                        Arbitraries.integers(),
                        Fields.uint16(),
                        Fields.name(),
                        Fields.letters(0, 255),
                        Fields.nonEmptyName().injectNull(0.2),
                        Fields.nonEmptyName(),
                        Fields.attributes())
                .as((bits, max, collation, user, auth, schema, plugin, attributes) -> {
                    CapabilityFlags flags = told(bits);
                    boolean zstd = flags.has(CapabilityFlags.CLIENT_ZSTD_COMPRESSION_ALGORITHM);
                    boolean attributed = flags.has(CapabilityFlags.CLIENT_CONNECT_ATTRS);
                    return new HandshakeResponse41(
                            flags,
                            max,
                            collation,
                            user,
                            auth,
                            flags.has(CapabilityFlags.CLIENT_CONNECT_WITH_DB) ? schema : null,
                            flags.has(CapabilityFlags.CLIENT_PLUGIN_AUTH) ? plugin : null,
                            attributed ? attributes : Map.of(),
                            zstd ? max & 0xFF : 0);
                });
    }

    private static Arbitrary<ChangeUser> changeUser(CapabilityFlags capabilities) {
        return combine(
                        Fields.name(),
                        Fields.letters(0, 255),
                        Fields.nonEmptyName().injectNull(0.2),
                        Fields.uint16(),
                        Fields.name(),
                        Fields.attributes())
                .as((user, auth, schema, collation, plugin, attributes) -> new ChangeUser(
                        user,
                        auth,
                        schema,
                        collation,
                        capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH) ? plugin : null,
                        capabilities.has(CapabilityFlags.CLIENT_CONNECT_ATTRS) ? attributes : Map.of()));
    }

    private static Arbitrary<Query> query(CapabilityFlags capabilities) {
        boolean attributed = capabilities.has(CapabilityFlags.CLIENT_QUERY_ATTRIBUTES);
        Arbitrary<List<QueryAttribute>> attributes =
                attributed ? attribute().list().ofMaxSize(10) : Arbitraries.just(List.of());
        return combine(Fields.buffer(), attributes).as(Query::new);
    }

    /** A value with its own size, or of a size that its type has. */
    private static Arbitrary<QueryAttribute> attribute() {
        Arbitrary<QueryAttribute> texts = combine(Fields.text(), Arbitraries.of(15, 253, 254, 252), Fields.bytes(300))
                .as((name, type, value) -> new QueryAttribute(name, type, withLength(value)));
        Arbitrary<QueryAttribute> numbers = combine(
                        Fields.text(),
                        Arbitraries.of(1, 2, 3, 8, 4, 5),
                        Fields.letters(8, 8),
                        Fields.bool(),
                        Fields.bool())
                .as((name, type, value, unsigned, isNull) -> {
                    int size = type == 1 ? 1 : type == 2 ? 2 : type == 3 || type == 4 ? 4 : 8;
                    Bytes content = Bytes.of(Arrays.copyOf(value.toArray(), size));
                    return new QueryAttribute(name, unsigned ? type | 0x8000 : type, isNull ? null : content);
                });
        return Arbitraries.oneOf(texts, numbers);
    }

    private static Bytes withLength(Bytes value) {
        ByteBuf out = Unpooled.buffer();
        LengthEncodedInteger.write(out, value.length());
        value.writeTo(out);
        return Bytes.of(ByteBufUtil.getBytes(out));
    }

    private static Arbitrary<BinlogDumpGtid> binlogDumpGtid() {
        Arbitrary<Long> numbers = Arbitraries.longs().between(1, 1L << 40);
        Arbitrary<List<Long>> bounds = numbers.list().ofMinSize(1).ofMaxSize(6);
        Arbitrary<Map<Long, List<Long>>> sources =
                Arbitraries.maps(Arbitraries.longs(), bounds).ofMaxSize(4);
        return combine(Fields.uint16(), Arbitraries.integers(), Fields.text(), Arbitraries.longs(), sources)
                .as((flags, server, file, position, sets) ->
                        new BinlogDumpGtid(flags, server, file, position, new GtidSet(intervals(sets))));
    }

    private static List<GtidSet.Interval> intervals(Map<Long, List<Long>> sets) {
        List<GtidSet.Interval> intervals = new ArrayList<>();
        sets.forEach((source, bounds) -> {
            for (long first : bounds) {
                String tag = first % 3 == 0 ? "t" + first % 5 : "";
                intervals.add(new GtidSet.Interval(new UUID(source, ~source), tag, first, first + bounds.size()));
            }
        });
        return intervals;
    }

    private static Arbitrary<RegisterReplica> registerReplica() {
        Arbitrary<String> text = Fields.text().map(all -> all.substring(0, Math.min(85, all.length())));
        return combine(
                        Arbitraries.integers(),
                        text,
                        text,
                        text,
                        Fields.uint16(),
                        Arbitraries.integers(),
                        Arbitraries.integers())
                .as(RegisterReplica::new);
    }
}
