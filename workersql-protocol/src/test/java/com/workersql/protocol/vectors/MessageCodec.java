// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.vectors;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.client.AuthResponse;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.ClientMessage;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.server.AuthMoreData;
import com.workersql.protocol.message.server.AuthNextFactor;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.ColumnCount;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.LocalInfileRequest;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ProgressReport;
import com.workersql.protocol.message.server.ServerMessage;
import com.workersql.protocol.message.server.StmtPrepareOk;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** The decoders of all messages in one shape, by the message's name. */
public final class MessageCodec {
    /** The messages that a server says. */
    public static final List<String> SERVER = List.of(
            "HandshakeV10",
            "Ok",
            "Err",
            "Eof",
            "AuthSwitchRequest",
            "AuthMoreData",
            "AuthNextFactor",
            "StmtPrepareOk",
            "ColumnCount",
            "ColumnDefinition",
            "ProgressReport",
            "LocalInfileRequest");

    /** The messages that a client says; all commands are one here. */
    public static final List<String> CLIENT =
            List.of("SslRequest", "HandshakeResponse41", "AuthResponse", "ClientCommand");

    private MessageCodec() {}

    /** Reads a payload, which stays the caller's. */
    public static Object decode(String message, ByteBuf payload, CapabilityFlags capabilities) {
        return switch (message) {
            case "HandshakeV10" -> HandshakeV10.decode(payload);
            case "Ok" -> Ok.decode(payload, capabilities);
            case "Err" -> Err.decode(payload, capabilities);
            case "Eof" -> Eof.decode(payload, capabilities);
            case "AuthSwitchRequest" -> AuthSwitchRequest.decode(payload, capabilities);
            case "AuthMoreData" -> AuthMoreData.decode(payload, capabilities);
            case "AuthNextFactor" -> AuthNextFactor.decode(payload, capabilities);
            case "StmtPrepareOk" -> StmtPrepareOk.decode(payload, capabilities);
            case "ColumnCount" -> ColumnCount.decode(payload, capabilities);
            case "ColumnDefinition" -> ColumnDefinition.decode(payload, capabilities);
            case "ProgressReport" -> ProgressReport.decode(payload, capabilities);
            case "LocalInfileRequest" -> LocalInfileRequest.decode(payload, capabilities);
            case "SslRequest" -> SslRequest.decode(payload);
            case "HandshakeResponse41" -> HandshakeResponse41.decode(payload);
            case "AuthResponse" -> AuthResponse.decode(payload, capabilities);
            case "ClientCommand" -> ClientCommand.decode(payload, capabilities);
            default -> throw new AssertionError("no such message: " + message);
        };
    }

    /** Writes a message of either side. */
    public static void encode(Object message, ByteBuf out, CapabilityFlags capabilities) {
        if (message instanceof ServerMessage server) {
            server.encode(out, capabilities);
        } else {
            ((ClientMessage) message).encode(out, capabilities);
        }
    }
}
