// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/**
 * What a server keeps of a password, in the textual forms of MySQL's {@code authentication_string}. Values; safe for any thread.
 */
public sealed interface PasswordVerifier
        permits PasswordVerifier.Empty,
                PasswordVerifier.Native,
                PasswordVerifier.CachingSha2,
                PasswordVerifier.Sha256,
                PasswordVerifier.Ed25519,
                PasswordVerifier.Parsec,
                PasswordVerifier.External,
                GssapiVerifier {
    /** The longest password that a full authentication looks at, as in MySQL. */
    int MAX_PASSWORD_BYTES = 256;

    /** The authentication plugin that this verifier is for. */
    String plugin();

    /** True when this is the verifier of {@code password}. May take milliseconds: not on an event loop. */
    boolean matches(byte[] password);

    /** The server's text for it. Secret-like: it allows guessing offline. */
    String text();

    /** True when the password is empty. */
    default boolean isEmptyPassword() {
        return false;
    }

    /**
     * Reads {@code $A$005$...} (caching_sha2_password), {@code *HEX} (mysql_native_password), {@code $5$...} (sha256_password),
     * {@code P0:...} (parsec), any of them as a whole in hex behind {@code 0x}, or nothing (an empty password). The bare key of
     * {@code client_ed25519} has no mark of its own: {@link Ed25519}.
     *
     * @param text one character per byte, since salts of MySQL may hold control characters
     * @throws IllegalArgumentException when it is none of them; the message does not repeat the text
     */
    static PasswordVerifier parse(String text) {
        return VerifierText.parse(text);
    }

    /**
     * A new {@code $A$005$} text for a password. Takes milliseconds.
     *
     * @param random gives the salt, 20 printable characters, so that the text is one line
     */
    static String hashCachingSha2(byte[] password, SecureRandom random) {
        if (password.length == 0) {
            return "";
        }
        if (password.length > MAX_PASSWORD_BYTES) {
            throw new IllegalArgumentException(
                    "the password has " + password.length + " bytes, allowed are " + MAX_PASSWORD_BYTES);
        }
        byte[] salt = CachingSha2.salt(random);
        return new CachingSha2(
                        Bytes.of(salt),
                        CachingSha2.DEFAULT_ROUNDS,
                        Sha256Crypt.hash(password, salt, CachingSha2.DEFAULT_ROUNDS))
                .text();
    }

    /** The {@code *HEX} text for a password; empty for an empty one. */
    static String hashNative(byte[] password) {
        return password.length == 0 ? "" : new Native(NativePassword.hash(password)).text();
    }

    /**
     * A verifier that no password has, of the form that a fresh {@code caching_sha2_password} user has.
     *
     * <p>How long a password takes to be refused depends a little on the salt. So a store gives one name the same decoy each time, and no
     * two names the same one, as if they were users: see {@link CredentialStore#decoy}.
     *
     * @param random the source of the salt
     */
    static PasswordVerifier decoy(SecureRandom random) {
        return decoy(CachingSha2.salt(random));
    }

    /**
     * The same decoy for the same seed.
     *
     * @param seed at least 20 bytes, of which the first 20 count; for example a keyed hash of the user's name
     * @throws IllegalArgumentException when it is too short
     */
    static PasswordVerifier decoy(byte[] seed) {
        byte[] salt = CachingSha2.salt(seed);
        return new CachingSha2(Bytes.of(salt), CachingSha2.DEFAULT_ROUNDS, "-".repeat(CachingSha2.HASH_CHARACTERS));
    }

    /** The empty password. */
    record Empty() implements PasswordVerifier {
        @Override
        public String plugin() {
            return CachingSha2Password.PLUGIN;
        }

        @Override
        public boolean matches(byte[] password) {
            return password.length == 0;
        }

        @Override
        public String text() {
            return "";
        }

        @Override
        public boolean isEmptyPassword() {
            return true;
        }
    }

    /**
     * {@code *HEX}.
     *
     * @param hash SHA1(SHA1(password))
     */
    record Native(Bytes hash) implements PasswordVerifier {
        public Native {
            requireNonNull(hash, "hash");
        }

        @Override
        public String plugin() {
            return NativePassword.PLUGIN;
        }

        @Override
        public boolean matches(byte[] password) {
            return password.length > 0 && NativePassword.hash(password).equals(hash);
        }

        @Override
        public String text() {
            return "*" + HexFormat.of().withUpperCase().formatHex(hash.toArray());
        }

        @Override
        public String toString() {
            return "Native[]";
        }
    }

    /**
     * {@code $A$005$...}.
     *
     * @param salt 20 bytes
     * @param rounds a multiple of 1000
     * @param hash 43 characters
     */
    record CachingSha2(Bytes salt, int rounds, String hash) implements PasswordVerifier {
        static final int SALT_BYTES = 20;
        static final int HASH_CHARACTERS = 43;
        static final int DEFAULT_ROUNDS = 5000;
        static final String SALT_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

        private static byte[] salt(SecureRandom random) {
            byte[] salt = new byte[SALT_BYTES];
            for (int i = 0; i < salt.length; i++) {
                salt[i] = (byte) SALT_ALPHABET.charAt(random.nextInt(SALT_ALPHABET.length()));
            }
            return salt;
        }

        private static byte[] salt(byte[] seed) {
            if (seed.length < SALT_BYTES) {
                throw new IllegalArgumentException("seed has " + seed.length + " bytes, at least 20 are needed");
            }
            byte[] salt = new byte[SALT_BYTES];
            for (int i = 0; i < salt.length; i++) {
                salt[i] = (byte) SALT_ALPHABET.charAt((seed[i] & 0xFF) % SALT_ALPHABET.length());
            }
            return salt;
        }

        public CachingSha2 {
            requireNonNull(salt, "salt");
            requireNonNull(hash, "hash");
            if (rounds < 1000 || rounds > 0xFFF * 1000) {
                throw new IllegalArgumentException("rounds is " + rounds + ", allowed are 1000 to 4095000");
            }
        }

        @Override
        public String plugin() {
            return CachingSha2Password.PLUGIN;
        }

        @Override
        public boolean matches(byte[] password) {
            if (password.length > MAX_PASSWORD_BYTES) {
                return false;
            }
            return MessageDigest.isEqual(
                    Sha256Crypt.hash(password, salt.toArray(), rounds).getBytes(StandardCharsets.ISO_8859_1),
                    hash.getBytes(StandardCharsets.ISO_8859_1));
        }

        @Override
        public String text() {
            return String.format(Locale.ROOT, "$A$%03X$", rounds / 1000)
                    + new String(salt.toArray(), StandardCharsets.ISO_8859_1)
                    + hash;
        }

        @Override
        public String toString() {
            return "CachingSha2[]";
        }
    }

    /**
     * {@code $5$...}: {@code sha256_password}.
     *
     * @param salt 20 bytes
     * @param hash 43 characters
     */
    record Sha256(Bytes salt, String hash) implements PasswordVerifier {
        private static final int ROUNDS = 5000;

        public Sha256 {
            requireNonNull(salt, "salt");
            requireNonNull(hash, "hash");
        }

        @Override
        public String plugin() {
            return Sha256Password.PLUGIN;
        }

        @Override
        public boolean matches(byte[] password) {
            return password.length <= MAX_PASSWORD_BYTES
                    && MessageDigest.isEqual(
                            Sha256Crypt.hash(password, salt.toArray(), ROUNDS).getBytes(StandardCharsets.ISO_8859_1),
                            hash.getBytes(StandardCharsets.ISO_8859_1));
        }

        @Override
        public String text() {
            return "$5$" + new String(salt.toArray(), StandardCharsets.ISO_8859_1) + "$" + hash;
        }

        @Override
        public String toString() {
            return "Sha256[]";
        }
    }

    /**
     * The public key of {@code client_ed25519}, which MariaDB keeps as 43 characters of Base64.
     *
     * @param publicKey 32 bytes
     */
    record Ed25519(Bytes publicKey) implements PasswordVerifier {
        public Ed25519 {
            requireLength("publicKey", publicKey, Ed25519Password.PUBLIC_KEY_BYTES);
        }

        /** Reads MariaDB's text. */
        public static Ed25519 parse(String text) {
            return new Ed25519(Bytes.of(Base64.getDecoder().decode(text)));
        }

        /** The key of a password. Takes milliseconds. */
        public static Ed25519 ofPassword(byte[] password) {
            return new Ed25519(Ed25519Password.publicKey(password));
        }

        @Override
        public String plugin() {
            return Ed25519Password.PLUGIN;
        }

        @Override
        public boolean matches(byte[] password) {
            return Ed25519Password.publicKey(password).equals(publicKey);
        }

        @Override
        public String text() {
            return Base64.getEncoder().withoutPadding().encodeToString(publicKey.toArray());
        }

        @Override
        public String toString() {
            return "Ed25519[]";
        }
    }

    /**
     * {@code P0:salt:key}: {@code parsec}.
     *
     * @param factor 0 to {@link ParsecPassword#MAX_FACTOR}: 1024 times two to its power are the rounds
     * @param salt at least one byte
     * @param publicKey 32 bytes
     */
    record Parsec(int factor, Bytes salt, Bytes publicKey) implements PasswordVerifier {
        public Parsec {
            requireNonNull(salt, "salt");
            requireLength("publicKey", publicKey, Ed25519Password.PUBLIC_KEY_BYTES);
            if (factor < 0 || factor > ParsecPassword.MAX_FACTOR) {
                throw new IllegalArgumentException(
                        "factor is " + factor + ", allowed are 0 to " + ParsecPassword.MAX_FACTOR);
            }
        }

        /** The key of a password, with a new salt. Takes milliseconds. */
        public static Parsec ofPassword(byte[] password, SecureRandom random) {
            byte[] bytes = new byte[ParsecPassword.SALT_BYTES];
            random.nextBytes(bytes);
            Bytes salt = Bytes.of(bytes);
            return new Parsec(0, salt, ParsecPassword.publicKey(password, salt, 0));
        }

        @Override
        public String plugin() {
            return ParsecPassword.PLUGIN;
        }

        @Override
        public boolean matches(byte[] password) {
            return ParsecPassword.publicKey(password, salt, factor).equals(publicKey);
        }

        @Override
        public String text() {
            Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
            return "P" + factor + ":" + base64.encodeToString(salt.toArray()) + ":"
                    + base64.encodeToString(publicKey.toArray());
        }

        @Override
        public String toString() {
            return "Parsec[]";
        }
    }

    /**
     * A password that is checked somewhere else, and so has to come in clear, over TLS only.
     *
     * @param check knows the password
     * @param prompt the question of MariaDB's {@code dialog}; null for {@code mysql_clear_password}, which asks nothing
     */
    record External(PasswordCheck check, String prompt) implements PasswordVerifier {
        public External {
            requireNonNull(check, "check");
        }

        /** By {@code mysql_clear_password}. */
        public External(PasswordCheck check) {
            this(check, null);
        }

        @Override
        public String plugin() {
            return prompt == null ? ClearPassword.PLUGIN : DialogPassword.PLUGIN;
        }

        @Override
        public boolean matches(byte[] password) {
            // An empty password is a login without one to many directories.
            return password.length > 0 && password.length <= MAX_PASSWORD_BYTES && check.matches(password);
        }

        @Override
        public String text() {
            throw new UnsupportedOperationException("the password is kept somewhere else");
        }

        @Override
        public String toString() {
            return "External[]";
        }
    }

    private static void requireLength(String name, Bytes bytes, int length) {
        if (bytes.length() != length) {
            throw new IllegalArgumentException(name + " has " + bytes.length() + " bytes, it must have " + length);
        }
    }
}
