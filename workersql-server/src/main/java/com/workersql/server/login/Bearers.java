// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.workersql.server.config.AuthConfig;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.Principal;
import com.workersql.server.users.ApiKey;
import io.netty.channel.EventLoop;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Whom bearers of tokens and API keys speak for (RFC 6750), from one snapshot of the configuration that a reload replaces. A token
 * that was verified is remembered until it expires or the keys change. Safe for all threads; nothing blocks.
 */
public final class Bearers {
    private static final int REMEMBERED = 10_000;
    private static final Duration KEYS_TIME_LIMIT = Duration.ofSeconds(5);

    private final Function<URI, CompletableFuture<String>> fetch;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private volatile State state = new State(AuthConfig.NONE, null, null, Map.of(), Map.of(), null);

    private record State(
            AuthConfig config,
            TokenVerifier verifier,
            KeySource source,
            Map<String, ApiKey> apiKeysByHash,
            Map<String, ShardAccount> accounts,
            Cache<String, Principal> verified) {}

    /**
     * Bearers of which nobody is known yet.
     *
     * @param clock the time of day
     * @param nanoClock the gateway's monotonic clock
     */
    public Bearers(InstantSource clock, LongSupplier nanoClock) {
        this(new KeyFetch(KEYS_TIME_LIMIT), clock, nanoClock);
    }

    Bearers(Function<URI, CompletableFuture<String>> fetch, InstantSource clock, LongSupplier nanoClock) {
        this.fetch = fetch;
        this.clock = clock;
        this.nanoClock = nanoClock;
    }

    /**
     * Takes over the tokens and keys of a configuration. What was verified before is verified again.
     *
     * @param config the configuration
     * @throws IllegalArgumentException when its key set cannot be used; nothing is changed then
     */
    public void use(GatewayConfig config) {
        var auth = config.auth();
        Cache<String, Principal> verified =
                Caffeine.newBuilder().maximumSize(REMEMBERED).build();
        var jwt = auth.jwt();
        boolean sameSource = jwt != null && jwt.equals(state.config().jwt());
        var source = jwt == null
                ? null
                : sameSource
                        ? state.source()
                        : new KeySource(
                                jwt, fetch, nanoClock, () -> state.verified().invalidateAll());
        state = new State(
                auth,
                jwt == null ? null : new TokenVerifier(jwt, clock),
                source,
                auth.apiKeys().stream()
                        .collect(Collectors.toUnmodifiableMap(
                                ApiKey::sha256, UnaryOperator.identity(), (one, same) -> one)),
                config.tenants(),
                verified);
    }

    /**
     * Proves whom a token or key speaks for.
     *
     * @param bearer what the client sent
     * @param loop on which the call comes and one of the two consumers is called
     * @param ok takes who it is
     * @param refused takes the error
     */
    public void prove(String bearer, EventLoop loop, Consumer<Principal> ok, Consumer<GatewayError> refused) {
        var now = state;
        if (bearer.startsWith(ApiKey.PREFIX)) {
            var principal = apiKey(now, bearer);
            if (principal == null) {
                refused.accept(denied("the key is not valid"));
            } else {
                ok.accept(principal);
            }
            return;
        }
        var known = now.verified() == null ? null : now.verified().getIfPresent(bearer);
        if (known != null && clock.millis() < known.expiresAtMillis()) {
            ok.accept(known);
        } else if (now.verifier() == null) {
            refused.accept(denied("tokens are not taken here"));
        } else {
            token(now, bearer, loop, ok, refused);
        }
    }

    private void token(
            State now, String token, EventLoop loop, Consumer<Principal> ok, Consumer<GatewayError> refused) {
        var keys = now.source().current();
        try {
            if (keys != null) {
                ok.accept(remember(now, token, now.verifier().verify(token, keys)));
                return;
            }
        } catch (TokenVerifier.Rejected e) {
            if (!e.isForUnknownKey()) {
                refused.accept(denied(e.getMessage()));
                return;
            }
        }
        var newer = now.source().newer();
        if (newer == null) {
            refused.accept(denied("its key is not known"));
            return;
        }
        newer.thenAccept(fetched -> loop.execute(() -> {
            Principal principal;
            try {
                if (fetched == null) {
                    throw new TokenVerifier.Rejected("its keys cannot be fetched right now", true);
                }
                principal = remember(now, token, now.verifier().verify(token, fetched));
            } catch (TokenVerifier.Rejected e) {
                refused.accept(denied(e.getMessage()));
                return;
            }
            ok.accept(principal);
        }));
    }

    private static Principal remember(State now, String token, TokenVerifier.Verified verified) {
        var principal = Logins.principal(
                verified.user(),
                verified.tenant(),
                verified.permissions(),
                verified.expiresAtMillis(),
                verified.key(),
                now.accounts());
        now.verified().put(token, principal);
        return principal;
    }

    /** Found by the hash of the whole: the time until a refusal tells nothing of a name or a digit that is right. */
    private Principal apiKey(State now, String text) {
        var key = now.apiKeysByHash().get(ApiKey.hash(text));
        return key != null && key.matches(text, clock.instant()) ? principal(key, now.accounts()) : null;
    }

    private static Principal principal(ApiKey key, Map<String, ShardAccount> accounts) {
        long expires = key.expires() == null ? Principal.NEVER : key.expires().toEpochMilli();
        return Logins.principal(key.name(), key.tenant(), key.permissions(), expires, key.sha256(), accounts);
    }

    /**
     * Whether a bearer may still act: what it brought has not expired, and the key that proved it is still there. An API key has
     * to be what it was, too; one that was replaced by another of its name is not.
     *
     * @param principal who was proved
     * @return false also for who is no bearer
     */
    public boolean isCurrent(Principal principal) {
        if (principal.key() == null || clock.millis() >= principal.expiresAtMillis()) {
            return false;
        }
        var now = state;
        var apiKey = now.apiKeysByHash().get(principal.key());
        if (apiKey != null) {
            return principal(apiKey, now.accounts()).equals(principal);
        }
        return now.source() != null && now.source().mayHold(principal.key());
    }

    private static GatewayError denied(String why) {
        return GatewayError.refused(1045, "28000", "Access denied for this bearer: " + why);
    }
}
