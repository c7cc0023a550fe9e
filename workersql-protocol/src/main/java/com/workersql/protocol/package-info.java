/**
 * The MySQL and MariaDB wire protocol for both sides of a connection: capability bits, status bits, commands and errors.
 *
 * <p>The layers above are packages of their own, each usable without the next: {@code wire} (integers and strings),
 * {@code frame} (packets), {@code message.client} and {@code message.server}, {@code auth}, {@code value}, {@code session}
 * (state machines without I/O) and {@code netty} (the only one that knows a channel).
 */
package com.workersql.protocol;
