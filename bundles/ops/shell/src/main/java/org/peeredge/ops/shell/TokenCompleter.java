// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.kernel.api.trust.Authority;

/** The ids of tokens in use. */
@Service
public final class TokenCompleter extends ServiceCompleter {
    @Override
    Collection<String> words(Services services) throws Exception {
        return services.ifThere(
                        Authority.class,
                        a -> a.tokens().stream().map(Authority.TokenInfo::id).toList())
                .orElse(List.of());
    }
}
