// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.ClearPassword;
import com.workersql.protocol.auth.DialogPassword;
import com.workersql.protocol.auth.Ed25519Password;
import com.workersql.protocol.auth.GssapiService;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.auth.ParsecPassword;
import com.workersql.protocol.auth.Salt;
import com.workersql.protocol.auth.Sha256Password;
import com.workersql.protocol.wire.Bytes;
import java.util.Arrays;

/** The client's side of one authentication plugin in one exchange: the server's data go in, the client's packets come out. */
abstract class ClientPlugin {
    private static final String NAMES = String.join(
            ", ",
            NativePassword.PLUGIN,
            CachingSha2Password.PLUGIN,
            Sha256Password.PLUGIN,
            ClearPassword.PLUGIN,
            DialogPassword.PLUGIN,
            Ed25519Password.PLUGIN,
            ParsecPassword.PLUGIN,
            GssapiService.PLUGIN);

    final ClientHandshakeConfig config;

    private final String name;
    private final Bytes password;

    ClientPlugin(String name, ClientHandshakeConfig config, Bytes password) {
        this.name = name;
        this.config = config;
        this.password = password;
    }

    /**
     * The plugin of this name.
     *
     * @throws ProtocolException when it is not known, or must not be used on this connection (1043)
     */
    static ClientPlugin of(String name, ClientHandshakeConfig config, Bytes password, boolean tls) {
        return switch (name) {
            case NativePassword.PLUGIN -> new ClientPlugins.NativePlugin(config, password);
            case CachingSha2Password.PLUGIN -> new ClientPlugins.CachingSha2Plugin(config, password, tls);
            case Sha256Password.PLUGIN -> new ClientPlugins.Sha256Plugin(config, password, tls);
            case ClearPassword.PLUGIN, DialogPassword.PLUGIN -> clear(name, config, password, tls);
            case Ed25519Password.PLUGIN -> new ClientPlugins.Ed25519Plugin(config, password);
            case ParsecPassword.PLUGIN -> new ClientPlugins.ParsecPlugin(config, password);
            case GssapiService.PLUGIN -> gssapi(config);
            default ->
                throw ProtocolException.badHandshake(
                        "the server asks for the authentication plugin '" + name + "', supported are " + NAMES);
        };
    }

    private static ClientPlugin clear(String name, ClientHandshakeConfig config, Bytes password, boolean tls) {
        if (!tls || !config.enableClearPassword()) {
            throw ProtocolException.badHandshake("the server asks for the password of '" + config.user()
                    + "' in clear by '" + name
                    + "', which is sent only over TLS and only with enableClearPassword");
        }
        return name.equals(DialogPassword.PLUGIN)
                ? new DialogClientPlugin(config, password)
                : new ClientPlugins.ClearPlugin(config, password);
    }

    private static ClientPlugin gssapi(ClientHandshakeConfig config) {
        if (config.gssapi() == null) {
            throw ProtocolException.badHandshake("the server asks for a ticket of '" + config.user() + "' by '"
                    + GssapiService.PLUGIN + "', which is shown only where gssapi is configured");
        }
        return new GssapiClientPlugin(config);
    }

    final String name() {
        return name;
    }

    /** Whether answers take so long that none may be made on an event loop. */
    boolean takesLong() {
        return false;
    }

    /** The server lets the client in: throws where it has something to prove first. */
    void requireProven() {}

    /** Disposes of what the plugin holds, also while it makes an answer; any number of times. */
    void close() {}

    /** The client's answer to the salt of a greeting, a switch or a next factor. */
    abstract Bytes first(Bytes salt);

    /**
     * The client's answer to further data.
     *
     * @return null when there is none, and the server goes on
     */
    Bytes next(Bytes data) {
        throw unknownData();
    }

    /** A copy, which the caller wipes. */
    final byte[] password() {
        return password.toArray();
    }

    /** The password and a NUL, as it goes over TLS. */
    final Bytes terminatedPassword() {
        byte[] bytes = password();
        byte[] terminated = Arrays.copyOf(bytes, bytes.length + 1);
        Bytes value = Bytes.of(terminated);
        Arrays.fill(bytes, (byte) 0);
        Arrays.fill(terminated, (byte) 0);
        return value;
    }

    /** All plugins mix the password with the salt: without one, whoever listens learns what repeats. */
    final Bytes requireSalt(Bytes salt, int bytes) {
        if (salt.length() < bytes) {
            throw ProtocolException.badHandshake(
                    "the server sent a salt of " + salt.length() + " bytes, needed are " + bytes);
        }
        return salt;
    }

    final Bytes requireSalt(Bytes salt) {
        return requireSalt(salt, Salt.BYTES);
    }

    final ProtocolException unknownData() {
        return ProtocolException.badHandshake("the server sent data that " + name + " does not know");
    }
}
