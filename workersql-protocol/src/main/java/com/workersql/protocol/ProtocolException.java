// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol;

/**
 * The peer's bytes break the protocol or a limit. It carries the error number and SQLSTATE with which a server would answer.
 *
 * <p>Every decoder of this module is total: on any input it gives a value or throws this exception, nothing else.
 */
public class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;
    private final String sqlState;

    /**
     * @param error error number and SQLSTATE
     * @param message what was found and what was allowed; fit to be sent to the peer
     */
    public ProtocolException(ServerError error, String message) {
        super(message);
        this.errno = error.errno();
        this.sqlState = error.sqlState();
    }

    /**
     * @param error error number and SQLSTATE
     * @param message what was found and what was allowed; fit to be sent to the peer
     * @param cause the reason, nullable
     */
    public ProtocolException(ServerError error, String message, Throwable cause) {
        super(message, cause);
        this.errno = error.errno();
        this.sqlState = error.sqlState();
    }

    /** The error number of the server's ERR packet for this. */
    public int errno() {
        return errno;
    }

    /** The SQLSTATE of the server's ERR packet for this, five characters. */
    public String sqlState() {
        return sqlState;
    }

    /** Error number and SQLSTATE in one. */
    public ServerError error() {
        return new ServerError(errno, sqlState);
    }

    /** A packet's content does not follow its grammar (1835). */
    public static ProtocolException malformed(String message) {
        return new ProtocolException(ServerErrors.ER_MALFORMED_PACKET, "Malformed communication packet: " + message);
    }

    /** A handshake that does not follow its grammar or its order (1043). */
    public static ProtocolException badHandshake(String message) {
        return new ProtocolException(ServerErrors.ER_HANDSHAKE_ERROR, "Bad handshake: " + message);
    }

    /** A packet with another sequence id than the one that is due (1156). */
    public static ProtocolException packetsOutOfOrder(int expected, int found) {
        return new ProtocolException(
                ServerErrors.ER_NET_PACKETS_OUT_OF_ORDER,
                "Got packets out of order: sequence id " + found + ", expected " + expected);
    }

    /**
     * A payload larger than the limit (1153).
     *
     * @param foundBytes the length that was declared
     * @param maxBytes the limit
     */
    public static ProtocolException packetTooLarge(long foundBytes, long maxBytes) {
        return new ProtocolException(
                ServerErrors.ER_NET_PACKET_TOO_LARGE,
                "Got a packet of at least " + foundBytes + " bytes, allowed are " + maxBytes + " (max_allowed_packet)");
    }

    /** A command that is unknown or not allowed here (1047). */
    public static ProtocolException unknownCommand(int command) {
        return new ProtocolException(ServerErrors.ER_UNKNOWN_COM_ERROR, "Unknown command " + command);
    }
}
