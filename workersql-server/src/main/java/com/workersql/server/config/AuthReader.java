// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.config.yaml.Section;
import com.workersql.server.users.ApiKey;
import com.workersql.server.users.ApiKeyFile;
import java.net.URI;
import java.util.List;

/** Reads the section {@code auth}. Used once, by one thread. */
final class AuthReader {
    private final ConfigFiles files;

    AuthReader(ConfigFiles files) {
        this.files = files;
    }

    /** Reads the section up to its end. */
    AuthConfig read(Section section) {
        var jwt = section.has("jwt") ? jwt(section.section("jwt")) : null;
        var keys = apiKeys(section);
        section.end();
        return new AuthConfig(jwt, keys);
    }

    private AuthConfig.Jwt jwt(Section section) {
        boolean hasSecret = section.has("secret") || section.has("secret_file") || section.has("secret_env");
        var shared = hasSecret ? files.secret(section, "secret") : null;
        var jwksFile = files.path(section, "jwks_file");
        var jwks = jwksFile == null ? null : files.text(jwksFile, section, "jwks_file");
        var url = url(section);
        var issuer = section.requiredText("issuer");
        var audience = section.requiredText("audience");
        int leewaySeconds = (int) section.number(AuthConfig.LEEWAY_SECONDS);
        int refreshSeconds = (int) section.number(AuthConfig.REFRESH_SECONDS);
        section.end();
        return section.checked(
                () -> new AuthConfig.Jwt(shared, jwks, url, issuer, audience, leewaySeconds, refreshSeconds), null);
    }

    private static URI url(Section section) {
        var text = section.text("jwks_url", null);
        if (text == null) {
            return null;
        }
        try {
            var url = URI.create(text);
            boolean plainHere =
                    "http".equals(url.getScheme()) && url.getHost() != null && ListenAddress.isLoopback(url.getHost());
            if (url.getHost() != null && ("https".equals(url.getScheme()) || plainHere)) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // Reported below, as every other text that is no such address.
        }
        section.problem(
                "jwks_url", "found '" + text + "' where an https address is expected; http is for loopback only");
        return null;
    }

    private List<ApiKey> apiKeys(Section section) {
        var path = files.path(section, "api_keys_file");
        if (path == null) {
            return List.of();
        }
        ConfigFiles.refuseReadableByOthers(path, section, "api_keys_file");
        var text = files.text(path, section, "api_keys_file");
        try {
            return text.isEmpty() ? List.of() : ApiKeyFile.read(path.toString(), text);
        } catch (DocumentException e) {
            e.problems().forEach(problem -> section.problem("api_keys_file", problem.toString()));
            return List.of();
        }
    }
}
