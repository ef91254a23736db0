// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules as configured. A component of its own, so that a change restarts nothing: the engine is
 * told. A bad value keeps it from starting; later, the rules before stay in force.
 */
@Component(service = FlowComponent.class, configurationPid = FlowComponent.PID)
@Designate(ocd = FlowConfig.class)
public final class FlowComponent {
    static final String PID = "org.peeredge.dts.engine.flow";

    private static final Logger LOG = LoggerFactory.getLogger(FlowComponent.class);

    private Rules rules;
    private Consumer<Rules> listener = changed -> {};

    /** Reads the rules. */
    @Activate
    public FlowComponent(FlowConfig config) {
        rules = RulesReader.read(config);
    }

    @Modified
    synchronized void modified(FlowConfig config) {
        try {
            rules = RulesReader.read(config);
            LOG.info("flow limits have changed");
            listener.accept(rules);
        } catch (IllegalArgumentException e) {
            LOG.error("The limits before stay in force. Correct this: {}", e.getMessage());
        }
    }

    /** Tells the rules now and at each change; one listener. */
    public synchronized void listen(Consumer<Rules> to) {
        listener = to;
        to.accept(rules);
    }

    /** Tells nobody any more. */
    public synchronized void unlisten() {
        listener = changed -> {};
    }
}
