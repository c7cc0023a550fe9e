// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import com.workersql.server.users.ApiKey;
import java.net.URI;
import java.util.List;

/**
 * How clients over HTTP and WebSockets may prove themselves, besides as users by Basic.
 *
 * @param jwt whose tokens are taken; null for nobody's
 * @param apiKeys the keys that are taken
 */
public record AuthConfig(Jwt jwt, List<ApiKey> apiKeys) {
    /** Neither tokens nor keys. */
    public static final AuthConfig NONE = new AuthConfig(null, List.of());

    /** {@code leeway_seconds}: default 30. */
    public static final Setting LEEWAY_SECONDS = new Setting("leeway_seconds", 30, 0, 60);

    /** {@code refresh_seconds}: default 300. */
    public static final Setting REFRESH_SECONDS = new Setting("refresh_seconds", 300, 10, 86_400);

    /** Copies the list. */
    public AuthConfig {
        apiKeys = List.copyOf(apiKeys);
    }

    /**
     * Whose JSON Web Tokens (RFC 7519) are taken. Exactly one of the three sources of keys is given.
     *
     * @param secret for HS256; null when another is given
     * @param jwksText a JSON Web Key Set (RFC 7517); null when another is given
     * @param jwksUrl where such a set is fetched; null when another is given
     * @param issuer what {@code iss} has to be
     * @param audience what {@code aud} has to hold
     * @param leewaySeconds how far the clocks of gateway and issuer may be apart
     * @param refreshSeconds how old fetched keys may become before they are fetched again
     */
    public record Jwt(
            Secret secret,
            String jwksText,
            URI jwksUrl,
            String issuer,
            String audience,
            int leewaySeconds,
            int refreshSeconds) {
        private static final int MIN_SECRET_BYTES = 32;

        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException when there is not one source of keys, or the secret is too short for HS256
         */
        public Jwt {
            int sources = (secret == null ? 0 : 1) + (jwksText == null ? 0 : 1) + (jwksUrl == null ? 0 : 1);
            if (sources != 1) {
                throw new IllegalArgumentException(
                        "needs exactly one of secret (secret_file, secret_env), jwks_file and jwks_url");
            }
            if (secret != null && secret.bytes().length < MIN_SECRET_BYTES) {
                throw new IllegalArgumentException(
                        "the secret has " + secret.bytes().length + " bytes; HS256 needs at least " + MIN_SECRET_BYTES);
            }
            LEEWAY_SECONDS.check(leewaySeconds);
            REFRESH_SECONDS.check(refreshSeconds);
        }
    }
}
