// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.peeredge.dts.registry.RegistryConfig;
import org.peeredge.dts.registry.RegistrySettings;
import org.peeredge.dts.registry.util.Recent;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.ConfigCheck;

/** The upstreams of a configuration, with the HTTP client that serves them. */
public final class Upstreams implements AutoCloseable {
    private static final int MAX_ABSENT = 8192;

    private final HttpClient http;
    private final UpstreamClient client;

    /**
     * Makes them; {@code IllegalArgumentException} naming PID and key for bad {@code upstreams} or
     * a file of authorities that cannot be read.
     */
    public Upstreams(RegistrySettings settings, Clock clock) {
        Map<String, Site> sites = sites(settings);
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(settings.upstreamTimeout());
        settings.authoritiesFile().map(Upstreams::tls).ifPresent(builder::sslContext);
        // On its own thread: a body's bytes come a packet at a time, and handing each to another
        // thread costs more than to queue it. Nothing here blocks: StallStream is read elsewhere.
        http = builder.executor(Runnable::run).build();
        Exchange exchange =
                new Exchange(
                        http,
                        clock,
                        settings.upstreamTimeout(),
                        settings.upstreamStall(),
                        new Credentials(settings.credentialsFile()),
                        settings.upstreamParallel());
        client =
                new UpstreamClient(
                        sites, exchange, new Recent<>(clock, MAX_ABSENT, settings.absentLife()));
    }

    /** What to ask them with. */
    public UpstreamClient client() {
        return client;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private static SSLContext tls(Path authorities) {
        try {
            return Authorities.with(authorities);
        } catch (IOException e) {
            throw (IllegalArgumentException)
                    new ConfigCheck(RegistryConfig.PID)
                            .bad("upstream.ca.file", authorities, "cannot be read: " + e)
                            .initCause(e);
        }
    }

    private static Map<String, Site> sites(RegistrySettings settings) {
        ConfigCheck check = new ConfigCheck(RegistryConfig.PID);
        Map<String, Site> sites = new LinkedHashMap<>();
        for (String text : settings.upstreams()) {
            Site site;
            try {
                site = Site.parse(text);
            } catch (IllegalArgumentException e) {
                throw (IllegalArgumentException)
                        check.bad("upstreams", text, String.valueOf(e.getMessage())).initCause(e);
            }
            if (settings.port() != 0
                    && site.base().getPort() == settings.port()
                    && site.base().getHost().equals(settings.host())) {
                throw check.bad("upstreams", text, "is this registry itself");
            }
            if (sites.put(site.name(), site) != null) {
                throw check.bad("upstreams", text, "names " + site.name() + " a second time");
            }
        }
        return sites;
    }
}
