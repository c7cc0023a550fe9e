// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message;

import static net.jqwik.api.Combinators.combine;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.message.server.AuthMoreData;
import com.workersql.protocol.message.server.AuthNextFactor;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.ColumnCount;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.LocalInfileRequest;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ProgressReport;
import com.workersql.protocol.message.server.ServerMessage;
import com.workersql.protocol.message.server.SessionTrack;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.wire.Bytes;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Any message of a server that can be told under some capabilities. */
final class ServerMessages {
    private ServerMessages() {}

    static Arbitrary<? extends ServerMessage> under(CapabilityFlags capabilities) {
        return Arbitraries.oneOf(List.of(
                greeting().map(ServerMessage.class::cast),
                ok(capabilities).map(ServerMessage.class::cast),
                err().map(ServerMessage.class::cast),
                combine(Fields.uint16(), Fields.uint16()).as(Eof::new),
                combine(Fields.name(), authData()).as(AuthSwitchRequest::new),
                combine(Fields.name(), authData()).as(AuthNextFactor::new),
                Fields.bytes(600).map(AuthMoreData::new),
                prepared(capabilities).map(ServerMessage.class::cast),
                columnCount(capabilities).map(ServerMessage.class::cast),
                column(capabilities).map(ServerMessage.class::cast),
                combine(Fields.uint8(), Fields.uint8(), Arbitraries.integers().between(0, 0xFF_FFFF), Fields.text())
                        .as(ProgressReport::new),
                Fields.text().map(LocalInfileRequest::new)));
    }

    /** 21 bytes that end by NUL are 20 and the NUL behind them. */
    private static Arbitrary<Bytes> authData() {
        return Arbitraries.oneOf(Fields.letters(20, 20), Fields.letters(0, 40), Fields.bytes(15));
    }

    private static Arbitrary<HandshakeV10> greeting() {
        return combine(
                        Fields.name(),
                        Arbitraries.integers(),
                        Fields.letters(20, 20),
                        Arbitraries.longs(),
                        Fields.uint8(),
                        Fields.uint16(),
                        Fields.name())
                .as((version, id, salt, bits, collation, status, plugin) -> {
                    CapabilityFlags flags = new CapabilityFlags(bits).with(CapabilityFlags.CLIENT_SECURE_CONNECTION);
                    boolean mySql = flags.has(CapabilityFlags.CLIENT_LONG_PASSWORD);
                    boolean named = flags.has(CapabilityFlags.CLIENT_PLUGIN_AUTH);
                    return new HandshakeV10(
                            version,
                            id,
                            salt,
                            mySql ? CapabilityFlags.of(flags.low(), 0) : flags,
                            collation,
                            status,
                            named ? plugin : "");
                });
    }

    static Arbitrary<Ok> ok(CapabilityFlags capabilities) {
        boolean tracks = capabilities.has(CapabilityFlags.CLIENT_SESSION_TRACK);
        Arbitrary<List<SessionTrack>> changes = tracks ? change().list().ofMaxSize(5) : Arbitraries.just(List.of());
        return combine(
                        Fields.bool(),
                        Arbitraries.longs(),
                        Arbitraries.longs(),
                        Fields.uint16(),
                        Fields.uint16(),
                        Fields.text(),
                        changes)
                .as((end, affected, id, status, warnings, info, told) -> new Ok(
                        end,
                        affected,
                        id,
                        tracks ? status : status & ~StatusFlags.SERVER_SESSION_STATE_CHANGED,
                        warnings,
                        info,
                        told));
    }

    private static Arbitrary<SessionTrack> change() {
        return Arbitraries.oneOf(List.of(
                combine(Fields.text(), Fields.text().injectNull(0.2))
                        .as(SessionTrack.SystemVariable::new)
                        .map(SessionTrack.class::cast),
                Fields.text().map(SessionTrack.Schema::new),
                Fields.bool().map(SessionTrack.StateChange::new),
                combine(Fields.uint8(), Fields.text()).as(SessionTrack.Gtids::new),
                Fields.text().map(SessionTrack.TransactionCharacteristics::new),
                Fields.text().map(SessionTrack.TransactionState::new),
                combine(Arbitraries.integers().between(6, 255), Fields.bytes(300))
                        .as(SessionTrack.Unrecognized::new)));
    }

    private static Arbitrary<Err> err() {
        Arbitrary<String> state =
                Arbitraries.strings().withCharRange('!', '\u00ff').ofLength(5);
        // A text that begins with '#' would be taken for the SQLSTATE where there is none.
        return combine(Fields.uint16(), state.injectNull(0.1), Fields.text())
                .as((errno, sqlState, message) ->
                        new Err(errno, sqlState, sqlState == null ? message.replace("#", "") : message));
    }

    private static Arbitrary<StmtPrepareOk> prepared(CapabilityFlags capabilities) {
        boolean optional = capabilities.has(CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA);
        return combine(Arbitraries.integers(), Fields.uint16(), Fields.uint16(), Fields.uint16(), Fields.bool())
                .as((id, columns, parameters, warnings, follows) ->
                        new StmtPrepareOk(id, columns, parameters, warnings, !optional || follows));
    }

    private static Arbitrary<ColumnCount> columnCount(CapabilityFlags capabilities) {
        boolean optional = ColumnCount.mayLackDefinitions(capabilities);
        return combine(Arbitraries.integers().between(1, 0xFFFF), Fields.bool())
                .as((columns, follows) -> new ColumnCount(columns, !optional || follows));
    }

    static Arbitrary<ColumnDefinition> column(CapabilityFlags capabilities) {
        boolean extended = capabilities.has(CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA);
        Arbitrary<List<String>> names = Fields.text().list().ofSize(5);
        Arbitrary<String> extension = extended
                ? Fields.text().injectNull(0.5)
                : Arbitraries.<String>just("").map(none -> null);
        return combine(
                        names,
                        Fields.uint16(),
                        Arbitraries.longs().between(0, 0xFFFF_FFFFL),
                        Arbitraries.of(ColumnType.values()),
                        Fields.uint16(),
                        Fields.uint8(),
                        extension,
                        extension)
                .as((texts, collation, length, type, flags, decimals, extendedType, format) -> new ColumnDefinition(
                        texts.get(0),
                        texts.get(1),
                        texts.get(2),
                        texts.get(3),
                        texts.get(4),
                        collation,
                        length,
                        type,
                        flags,
                        decimals,
                        extendedType,
                        format));
    }
}
