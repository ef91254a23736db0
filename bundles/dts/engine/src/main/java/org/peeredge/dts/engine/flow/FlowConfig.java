// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** {@code etc/org.peeredge.dts.engine.flow.cfg}; every key is in the README. */
@ObjectClassDefinition(
        id = FlowComponent.PID,
        name = "PeerEdge flow limits",
        description =
                "How much this node moves. Rates are bytes a second, as 20M, or 160Mbit; empty for"
                        + " no limit. A change counts at once.")
@interface FlowConfig {
    @AttributeDefinition(description = "All that this node sends to members.")
    String limit_up() default "";

    @AttributeDefinition(description = "All that it gets from members and upstreams.")
    String limit_down() default "";

    @AttributeDefinition(description = "To members that are not in its LAN.")
    String limit_wan_up() default "";

    @AttributeDefinition(description = "From members not in its LAN, and from upstreams.")
    String limit_wan_down() default "";

    @AttributeDefinition(description = "As limit.wan.up, for all members of the LAN together.")
    String limit_lan_wan_up() default "";

    @AttributeDefinition(description = "As limit.wan.down, for all members of the LAN together.")
    String limit_lan_wan_down() default "";

    @AttributeDefinition(description = "For what nobody waits for, at members.")
    String limit_background_up() default "";

    @AttributeDefinition(description = "For what nobody waits for, here.")
    String limit_background_down() default "";

    @AttributeDefinition(description = "To each member.")
    String limit_peer_up() default "";

    @AttributeDefinition(description = "From each member.")
    String limit_peer_down() default "";

    @AttributeDefinition(
            description =
                    "Other limits at times, as 'Mon-Fri 08:00-18:00 wan.down=20M background=off;"
                            + " Sat,Sun 00:00-24:00 wan.down=none'.")
    String schedule() default "";

    @AttributeDefinition(
            description =
                    "Links paid by volume, as 'wwan0 price=4.50; 10.64.0.0/10': an interface or a"
                            + " network. What nobody waits for does not use them.")
    String metered() default "";

    @AttributeDefinition(
            description = "Bytes over the WAN in a day, both ways, as 50G; empty for no budget.")
    String wan_budget() default "";

    @AttributeDefinition(
            description =
                    "When that is spent: 'foreground', what somebody waits for goes on; 'none',"
                            + " nothing does.")
    String wan_budget_beyond() default "foreground";
}
