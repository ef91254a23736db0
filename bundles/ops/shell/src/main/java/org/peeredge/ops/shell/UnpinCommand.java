// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.concurrent.CompletionStage;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.Replicas;

/** {@code dts:unpin}. */
@Service
@Command(
        scope = "dts",
        name = "unpin",
        description = "Ends a pin, or the copies of an owner that is gone for good")
public final class UnpinCommand extends PinChange {
    @Argument(
            name = "image",
            required = true,
            description = "registry/repository:tag, or the digest of a manifest")
    @Completion(ReplicaCompleter.class)
    String image = "";

    @Override
    CompletionStage<Replicas.Change> change(Replicas replicas) {
        return replicas.unpin(image);
    }
}
