// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;

/** A packet of the command phase. */
public sealed interface ClientCommand extends ClientMessage
        permits BinlogDump,
                BinlogDumpGtid,
                ChangeUser,
                Debug,
                FieldList,
                InitDb,
                Ping,
                ProcessInfo,
                ProcessKill,
                Query,
                Quit,
                RegisterReplica,
                ResetConnection,
                SetOption,
                Statistics,
                StmtBulkExecute,
                StmtClose,
                StmtExecute,
                StmtFetch,
                StmtPrepare,
                StmtReset,
                StmtSendLongData,
                Unknown {

    /** The payload's first byte, a constant of {@link Command}. */
    int command();

    /**
     * Reads any command. Texts and data are borrowed: slices of {@code payload}, valid as long as it is.
     *
     * @param payload its reader index moves to the end; stays the caller's
     * @param capabilities what both sides agreed on
     * @throws ProtocolException when it is empty (1047) or malformed
     */
    static ClientCommand decode(ByteBuf payload, CapabilityFlags capabilities) {
        if (!payload.isReadable()) {
            throw ProtocolException.unknownCommand(Command.COM_SLEEP);
        }
        int command = payload.readUnsignedByte();
        return switch (command) {
            case Command.COM_QUIT -> new Quit();
            case Command.COM_INIT_DB -> InitDb.decodeBody(payload);
            case Command.COM_QUERY -> Query.decodeBody(payload, capabilities);
            case Command.COM_FIELD_LIST -> FieldList.decodeBody(payload);
            case Command.COM_STATISTICS -> new Statistics();
            case Command.COM_PROCESS_INFO -> new ProcessInfo();
            case Command.COM_PROCESS_KILL -> ProcessKill.decodeBody(payload);
            case Command.COM_DEBUG -> new Debug();
            case Command.COM_PING -> new Ping();
            case Command.COM_CHANGE_USER -> ChangeUser.decodeBody(payload, capabilities);
            case Command.COM_STMT_PREPARE -> StmtPrepare.decodeBody(payload);
            case Command.COM_STMT_EXECUTE -> StmtExecute.decodeBody(payload);
            case Command.COM_STMT_SEND_LONG_DATA -> StmtSendLongData.decodeBody(payload);
            case Command.COM_STMT_CLOSE -> StmtClose.decodeBody(payload);
            case Command.COM_STMT_RESET -> StmtReset.decodeBody(payload);
            case Command.COM_SET_OPTION -> SetOption.decodeBody(payload);
            case Command.COM_STMT_FETCH -> StmtFetch.decodeBody(payload);
            case Command.COM_RESET_CONNECTION -> new ResetConnection();
            case Command.COM_BINLOG_DUMP -> BinlogDump.decodeBody(payload);
            case Command.COM_BINLOG_DUMP_GTID -> BinlogDumpGtid.decodeBody(payload);
            case Command.COM_REGISTER_SLAVE -> RegisterReplica.decodeBody(payload);
            case Command.COM_STMT_BULK_EXECUTE -> StmtBulkExecute.decodeBody(payload);
            default -> new Unknown(command, payload.readSlice(payload.readableBytes()));
        };
    }
}
