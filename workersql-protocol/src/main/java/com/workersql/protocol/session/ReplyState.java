// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.message.server.ColumnCount;
import com.workersql.protocol.message.server.ProgressReport;
import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;

/**
 * Where in a reply we are: which packets are control packets, and where each of them leads. It sees lengths, first bytes and
 * control payloads only, so that the scanner and the reader can frame as they like.
 *
 * <p>A packet here is a logical one; its length and first byte are those of its first physical packet, which is all that the
 * grammar needs: a row of 16 MB or more is recognised by its first physical packet being full.
 */
final class ReplyState {
    /** What the next packet is. */
    enum Phase {
        FIRST("the start of a result"),
        FILE_ANSWER("the answer to a local file"),
        PARAMETERS("the parameter definitions"),
        PARAMETERS_END("the end of the parameter definitions"),
        COLUMNS("the column definitions"),
        COLUMNS_END("the end of the column definitions"),
        ROWS("the rows"),
        FIELDS("the field definitions"),
        DONE("the end");

        private final String text;

        Phase(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** The payload length at which a packet goes on in the next one. */
    static final int FULL_PACKET_BYTES = 0xFF_FFFF;

    private static final int OK_HEADER = 0x00;
    private static final int LOCAL_INFILE_HEADER = 0xFB;
    private static final int EOF_HEADER = 0xFE;
    private static final int ERR_HEADER = 0xFF;
    private static final int EOF_BYTES = 5;
    private static final int PREPARE_OK_BYTES = 12;

    private Phase phase = Phase.DONE;
    private ReplyKind kind = ReplyKind.NONE;
    private boolean binary;
    private boolean deprecateEof;
    private boolean optionalMetadata;
    private boolean flagged;
    private boolean definitionsFollow;
    private boolean moreBehindOutParameters;
    private int definitionsLeft;
    private int columnsOfStatement;

    private final ReplyResult result = new ReplyResult();
    private long rows;

    void begin(ReplyKind newKind, CapabilityFlags negotiated) {
        kind = newKind;
        binary = newKind == ReplyKind.EXECUTE || newKind == ReplyKind.FETCH;
        deprecateEof = negotiated.has(CapabilityFlags.CLIENT_DEPRECATE_EOF);
        optionalMetadata = negotiated.has(CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA);
        flagged = ColumnCount.mayLackDefinitions(negotiated);
        definitionsFollow = true;
        moreBehindOutParameters = false;
        definitionsLeft = 0;
        columnsOfStatement = 0;
        rows = -1;
        result.begin();
        phase = switch (newKind) {
            case NONE -> Phase.DONE;
            case FETCH -> Phase.ROWS;
            case FIELD_LIST -> Phase.FIELDS;
            default -> Phase.FIRST;
        };
    }

    /**
     * Tells control packets from those that are passed on.
     *
     * @param length of the first physical packet
     * @param firstByte of the payload, -1 when it is empty
     */
    boolean isControl(int length, int firstByte) {
        return switch (phase) {
            case ROWS -> isRowsEnd(length, firstByte);
            case COLUMNS, PARAMETERS -> isDefinitionsError(firstByte);
            case FIELDS -> firstByte == EOF_HEADER || isDefinitionsError(firstByte);
            default -> true;
        };
    }

    private boolean isRowsEnd(int length, int firstByte) {
        if (firstByte < EOF_HEADER) {
            if (binary ? firstByte != 0 : firstByte < 0) {
                throw malformed(
                        firstByte < 0
                                ? "an empty row"
                                : "a binary row that begins with 0x" + Integer.toHexString(firstByte) + ", not 0x00");
            }
            return false;
        }
        // A text value of 16 MB and more also begins with 0xFE; its row fills the physical packet, a terminator never
        // does.
        return firstByte == ERR_HEADER || binary || length != FULL_PACKET_BYTES;
    }

    private static boolean isDefinitionsError(int firstByte) {
        if (firstByte == ERR_HEADER) {
            return true;
        }
        if (firstByte < 0 || firstByte >= LengthEncodedInteger.NULL_MARKER) {
            throw malformed(
                    firstByte < 0
                            ? "an empty definition"
                            : "a definition that begins with 0x" + Integer.toHexString(firstByte));
        }
        return false;
    }

    /** Moves on behind a packet that {@link #isControl} said is passed on. */
    void passed() {
        if (phase == Phase.ROWS) {
            rows++;
        }
        if (definitionsLeft > 0 && --definitionsLeft == 0) {
            if (!deprecateEof) {
                phase = phase == Phase.PARAMETERS ? Phase.PARAMETERS_END : Phase.COLUMNS_END;
            } else if (phase == Phase.PARAMETERS) {
                parametersEnd();
            } else {
                columnsEnd();
            }
        }
    }

    /** Reads a control packet between the payload's indices, which stay as they are, and moves on behind it. */
    ControlPacket control(ByteBuf payload) {
        int index = payload.readerIndex();
        int length = payload.readableBytes();
        int firstByte = length == 0 ? -1 : payload.getUnsignedByte(index);
        if (firstByte == ERR_HEADER) {
            return error(payload, index, length);
        }
        return switch (phase) {
            case PARAMETERS_END -> {
                eof(payload, index, length, firstByte);
                parametersEnd();
                yield ControlPacket.COLUMNS_EOF;
            }
            case COLUMNS_END -> {
                eof(payload, index, length, firstByte);
                columnsEof();
                yield ControlPacket.COLUMNS_EOF;
            }
            case ROWS, FIELDS -> end(payload, index, length, firstByte);
            case FILE_ANSWER -> okOrEnd(payload, index, length, firstByte);
            case FIRST -> first(payload, index, length, firstByte);
            default -> throw malformed("a control packet in " + phase);
        };
    }

    private ControlPacket first(ByteBuf payload, int index, int length, int firstByte) {
        switch (kind) {
            case STRING -> {
                phase = Phase.DONE;
                return ControlPacket.STRING;
            }
            case PREPARE -> {
                return prepareOk(payload, index, length, firstByte);
            }
            case QUERY, EXECUTE -> {
                if (firstByte == LOCAL_INFILE_HEADER) {
                    phase = Phase.FILE_ANSWER;
                    return ControlPacket.LOCAL_INFILE;
                }
                if (firstByte > OK_HEADER && firstByte < EOF_HEADER) {
                    return columnCount(payload, index, length);
                }
            }
            default -> {}
        }
        return okOrEnd(payload, index, length, firstByte);
    }

    private ControlPacket okOrEnd(ByteBuf payload, int index, int length, int firstByte) {
        if (firstByte == OK_HEADER) {
            result.ok(payload, index, length);
            resultEnd();
            return ControlPacket.OK;
        }
        return end(payload, index, length, firstByte);
    }

    private ControlPacket columnCount(ByteBuf payload, int index, int length) {
        long count = LengthEncodedInteger.get(payload, index);
        int behind = index + LengthEncodedInteger.sizeAt(payload, index);
        if (count < 1 || count > ColumnCount.MAX_COLUMNS || index + length != behind + (flagged ? 1 : 0)) {
            throw malformed("a column count of " + count + " in " + length + " bytes");
        }
        rows = 0;
        definitionsFollow = !flagged || isFollowedByDefinitions(payload, behind);
        if (definitionsFollow) {
            definitionsLeft = (int) count;
            phase = Phase.COLUMNS;
        } else {
            // The EOF behind definitions comes also when there are none.
            phase = deprecateEof ? Phase.ROWS : Phase.COLUMNS_END;
        }
        return ControlPacket.COLUMN_COUNT;
    }

    private static boolean isFollowedByDefinitions(ByteBuf payload, int index) {
        int flag = payload.getUnsignedByte(index);
        if (flag > 1) {
            throw malformed("a column count whose flag of metadata is " + flag);
        }
        return flag == 1;
    }

    private ControlPacket prepareOk(ByteBuf payload, int index, int length, int firstByte) {
        if (firstByte != OK_HEADER || length < PREPARE_OK_BYTES) {
            throw malformed("a prepared statement of " + length + " bytes that begins with " + hex(firstByte));
        }
        definitionsFollow = !optionalMetadata || isPreparedWithDefinitions(payload, index, length);
        columnsOfStatement = payload.getUnsignedShortLE(index + 5);
        int parameters = payload.getUnsignedShortLE(index + 7);
        result.prepared(payload.getUnsignedShortLE(index + 10));
        if (parameters == 0) {
            parametersEnd();
        } else if (definitionsFollow) {
            definitionsLeft = parameters;
            phase = Phase.PARAMETERS;
        } else if (deprecateEof) {
            parametersEnd();
        } else {
            phase = Phase.PARAMETERS_END;
        }
        return ControlPacket.PREPARE_OK;
    }

    private static boolean isPreparedWithDefinitions(ByteBuf payload, int index, int length) {
        if (length <= PREPARE_OK_BYTES) {
            throw malformed("a prepared statement of " + length + " bytes, without its flag of metadata");
        }
        return payload.getByte(index + PREPARE_OK_BYTES) != 0;
    }

    private void parametersEnd() {
        if (columnsOfStatement == 0) {
            phase = Phase.DONE;
        } else if (definitionsFollow) {
            definitionsLeft = columnsOfStatement;
            phase = Phase.COLUMNS;
        } else {
            phase = deprecateEof ? Phase.DONE : Phase.COLUMNS_END;
        }
    }

    private void columnsEnd() {
        phase = kind == ReplyKind.PREPARE ? Phase.DONE : Phase.ROWS;
    }

    /** The EOF behind column definitions says more than that they end. */
    private void columnsEof() {
        columnsEnd();
        if (kind == ReplyKind.EXECUTE) {
            // A procedure that uses a cursor itself also leaves the flag set, on results whose rows do follow; those
            // have a
            // result behind them, which an opened cursor never has.
            if (result.has(StatusFlags.SERVER_STATUS_CURSOR_EXISTS)
                    && !result.has(StatusFlags.SERVER_MORE_RESULTS_EXISTS)) {
                phase = Phase.DONE;
            }
            // MySQL tells of OUT parameters, and of the OK behind them, here only and not in the EOF behind the row.
            moreBehindOutParameters =
                    result.has(StatusFlags.SERVER_PS_OUT_PARAMS | StatusFlags.SERVER_MORE_RESULTS_EXISTS);
        }
    }

    private void resultEnd() {
        boolean more = result.has(StatusFlags.SERVER_MORE_RESULTS_EXISTS) || moreBehindOutParameters;
        moreBehindOutParameters = false;
        phase = more && mayHaveMoreResults() ? Phase.FIRST : Phase.DONE;
    }

    private boolean mayHaveMoreResults() {
        return kind == ReplyKind.QUERY || kind == ReplyKind.EXECUTE;
    }

    private ControlPacket end(ByteBuf payload, int index, int length, int firstByte) {
        if (deprecateEof && firstByte == EOF_HEADER && length > EOF_BYTES) {
            result.ok(payload, index, length);
            resultEnd();
            return ControlPacket.OK;
        }
        eof(payload, index, length, firstByte);
        resultEnd();
        return ControlPacket.EOF;
    }

    private void eof(ByteBuf payload, int index, int length, int firstByte) {
        if (firstByte != EOF_HEADER || length != EOF_BYTES) {
            throw malformed("a packet of " + length + " bytes that begins with " + hex(firstByte) + " in place of "
                    + (deprecateEof ? "OK" : "EOF"));
        }
        result.eof(payload, index);
    }

    private ControlPacket error(ByteBuf payload, int index, int length) {
        if (length < 3) {
            throw malformed("an ERR of " + length + " bytes");
        }
        int found = payload.getUnsignedShortLE(index + 1);
        if (found == ProgressReport.ERRNO) {
            return ControlPacket.PROGRESS;
        }
        result.error(found);
        phase = Phase.DONE;
        return ControlPacket.ERR;
    }

    private static String hex(int firstByte) {
        return firstByte < 0 ? "nothing" : "0x" + Integer.toHexString(firstByte);
    }

    private static ProtocolException malformed(String message) {
        return ProtocolException.malformed(message);
    }

    Phase phase() {
        return phase;
    }

    boolean isDone() {
        return phase == Phase.DONE;
    }

    long rows() {
        return rows;
    }

    ReplyResult result() {
        return result;
    }
}
