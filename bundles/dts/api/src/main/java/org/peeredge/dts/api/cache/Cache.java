// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.cache;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** The choice of the policy that makes room in the store. Safe for use by many threads. */
@ProviderType
public interface Cache {
    /** The policies present; from memory, does not block. */
    List<PolicyInfo> policies();

    /** The type in force; from memory, does not block. */
    String policy();

    /**
     * Puts another policy in force: tries it on made-up blobs, tells it of every blob that is here,
     * and remembers the choice in the configuration. Nothing is dropped for it.
     *
     * @param type as {@link #policies} names it; {@code builtin} is the store's own order
     * @return the change; fails with {@code NeverException} when there is no such policy or it
     *     fails its check, with {@code RetryLaterException} when it could not be checked or the
     *     choice not be remembered now, or another change is going on; what was is then what is
     */
    CompletionStage<Change> use(String type);

    /**
     * Whether a blob that is not here would be worth its room ({@link CachePolicy#admits}): to be
     * asked before something is fetched that nobody waits for.
     */
    CompletionStage<Boolean> admits(CachedBlob candidate);

    /**
     * One policy.
     *
     * @param state {@code in force}, {@code ready}, or {@code tripped: why}
     */
    record PolicyInfo(String type, int ranking, String state) {}

    /** What was and what is. */
    record Change(String before, String after) {}
}
