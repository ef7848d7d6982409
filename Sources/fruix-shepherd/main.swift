import SupervisionRuntime

Terminal.exit(with: CommandLineRun.run(Host.arguments))
