ActionableModels.Cli.WideBuild.Become(args);
return ActionableModels.Cli.CommandLine.Run(args);
