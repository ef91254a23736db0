// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.runtime;

import java.time.Instant;
import org.osgi.service.component.annotations.Component;
import org.peeredge.kernel.api.Clock;

/** The machine's own clock. */
@Component
public final class SystemClock implements Clock {
    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }
}
