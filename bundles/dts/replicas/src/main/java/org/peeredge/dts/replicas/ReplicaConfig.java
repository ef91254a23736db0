// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code etc/org.peeredge.dts.replicas.cfg}; what they mean is in the README. */
@ObjectClassDefinition(name = "PeerEdge replicas")
@interface ReplicaConfig {
    @AttributeDefinition(
            description = "Copies of what is published here, on other members",
            min = "0",
            max = "16")
    int copies() default 0;

    @AttributeDefinition(
            description = "Part of the store's quota for copies that others want; 0 keeps none",
            min = "0",
            max = "100")
    int share_percent() default 10;

    @AttributeDefinition(
            description = "Pause between two looks at keepers",
            min = "1",
            max = "86400")
    int check_seconds() default 120;

    @AttributeDefinition(
            description = "A keeper not seen for so long is replaced",
            min = "1",
            max = "2592000")
    int repair_after_seconds() default 1800;

    @AttributeDefinition(
            description = "How long a copy is kept that nobody asks for any more",
            min = "10",
            max = "31536000")
    int lease_seconds() default 259_200;

    @AttributeDefinition(description = "Images kept for others, at most", min = "1", max = "100000")
    int items_max() default 1000;
}
